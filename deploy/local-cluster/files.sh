# shellcheck shell=bash disable=SC2154 # its variables are set where it is sourced
# Keys, configuration, images and volumes of the cluster. Sourced by cluster.sh, which sets its variables.

make_credentials() {
  [ -f "$kubeconfig" ] && return
  chmod 700 "$home/pki"
  openssl genrsa -out "$home/pki/sa.key" 2048 2>/dev/null
  # The API server shows this certificate to its clients, and to the kubelet as a client.
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/O=system:masters/CN=kube-apiserver" \
    -addext "subjectAltName=IP:$node_ip,IP:$api_ip,IP:127.0.0.1,DNS:kubernetes.default.svc" \
    -addext "extendedKeyUsage=serverAuth,clientAuth" \
    -keyout "$home/pki/apiserver.key" -out "$home/pki/apiserver.crt" 2>/dev/null
  local user group token
  : >"$home/pki/tokens.csv"
  # The administrator comes last: where its file is, the others are.
  for user in system:kube-controller-manager system:kube-scheduler system:kube-proxy system:node:node1 admin; do
    case $user in
      admin) group=system:masters ;;
      system:node:*) group=system:nodes ;;
      *) group=system:authenticated ;;
    esac
    token=$(openssl rand -hex 16)
    echo "$token,$user,$user,$group" >>"$home/pki/tokens.csv"
    make_kubeconfig "$home/$user.kubeconfig" "$token"
  done
}

make_kubeconfig() { # FILE TOKEN
  cat >"$1.new" <<K
apiVersion: v1
kind: Config
clusters:
- name: local
  cluster: {server: "https://$node_ip:6443", certificate-authority-data: $(base64 -w0 "$home/pki/apiserver.crt")}
users:
- name: local
  user: {token: $2}
contexts:
- name: local
  context: {cluster: local, user: local}
current-context: local
K
  chmod 600 "$1.new"
  mv "$1.new" "$1"
}

make_configuration() {
  mkdir -p "$home/cni"
  cat >"$home/cni/10-pods.conflist" <<C
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "pods0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$run/addresses", "ranges": [[{"subnet": "$pods"}]],
            "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
C
  # restrict_oom_score_adj: a machine may not let even root lower a process's score, and then no pod would start.
  # netns_mounts_under_state_dir: the network namespaces of pods can be told from other people's.
  cat >"$home/containerd.toml" <<C
version = 2
root = "$home/containerd"
state = "$run/containerd"
[grpc]
  address = "$containerd_socket"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$home/cni"
C
  cat >"$home/kubelet.yaml" <<C
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix://$containerd_socket
cgroupDriver: cgroupfs
failSwapOn: false
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: $home/pki/apiserver.crt}
authorization: {mode: Webhook}
clusterDomain: cluster.local
clusterDNS: [$dns_ip]
imageGCHighThresholdPercent: 100  # images come by hand: never throw one away
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
C
  cat >"$home/Corefile" <<C
.:53 {
  bind $dns_ip
  errors
  kubernetes cluster.local in-addr.arpa {
    kubeconfig $kubeconfig local
  }
}
C
}

load_pause() {
  ctr --namespace k8s.io images list --quiet | grep -qx localhost/pause:1 && return
  local folder
  folder=$(mktemp -d)
  umoci init --layout "$folder/oci"
  umoci new --image "$folder/oci:1"
  umoci insert --image "$folder/oci:1" "$tools/pause" /pause
  umoci config --image "$folder/oci:1" --config.entrypoint /pause
  skopeo copy --quiet "oci:$folder/oci:1" "oci-archive:$folder/pause.tar:localhost/pause:1"
  load "$folder/pause.tar" >/dev/null
  rm -rf "$folder"
}

# Folders on this machine as volumes of the default class. A volume that was used and given back is emptied here, as
# nothing else would do it.
make_volumes() {
  local i used
  for used in $(kubectl get persistentvolumes -o jsonpath='{range .items[?(@.status.phase=="Released")]}{.metadata.name}{" "}{end}'); do
    kubectl delete persistentvolume "$used" >/dev/null
    rm -rf "${home:?}/volumes/${used#local-}"
  done
  for ((i = 1; i <= volumes; i++)); do mkdir -p "$home/volumes/$i"; done
  {
    cat <<V
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: local, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: Immediate
V
    for ((i = 1; i <= volumes; i++)); do
      cat <<V
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: local-$i}
spec:
  storageClassName: local
  capacity: {storage: 10Gi}
  accessModes: [ReadWriteOnce, ReadWriteMany]
  local: {path: $home/volumes/$i}
  nodeAffinity:
    required:
      nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node1]}]}]
V
    done
  } | kubectl apply --filename - >/dev/null
}
