{{- define "mc.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* At most 50 characters: the longest name that is made from it and may have no more than 63 ends in -metrics. */}}
{{- define "mc.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride }}
{{- else -}}
{{- $release := .Release.Name | replace "." "-" -}}
{{- $name := include "mc.name" . -}}
{{ ternary $release (printf "%s-%s" $release $name) (contains $name $release) | trunc 50 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{- define "mc.selector" -}}
app.kubernetes.io/name: {{ include "mc.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "mc.labels" -}}
{{ include "mc.selector" . }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: model-compression
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The same with more, which may be among commonLabels already: (list . .Values.podLabels) */}}
{{- define "mc.labelsAnd" -}}
{{ merge (deepCopy (last .)) (include "mc.labels" (first .) | fromYaml) | toYaml }}
{{- end }}

{{- define "mc.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (ternary (include "mc.fullname" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{/* An image by digest where there is one, else by tag: (dict "image" .Values.image "tag" .Chart.AppVersion) */}}
{{- define "mc.image" -}}
{{- if .image.digest -}}
{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .image.repository }}:{{ .image.tag | default .tag }}
{{- end -}}
{{- end }}
