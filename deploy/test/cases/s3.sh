# shellcheck shell=bash disable=SC2154,SC2086 # its variables are set where it is sourced
# Artifacts in a real S3 store. Sourced by e2e.sh.

# start_s3 HOST: a server on this machine, for as long as the tests run; its keys are in the environment from here on
start_s3() {
  AWS_ACCESS_KEY_ID=$(openssl rand -hex 10) AWS_SECRET_ACCESS_KEY=$(openssl rand -hex 20)
  export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
  s3_endpoint=http://$1:9440
  local server=$deploy/test/s3-server
  mvn -B -q -f "$server/pom.xml" dependency:build-classpath -Dmdep.outputFile="$scratch/s3.classpath" >/dev/null
  java -cp "$(cat "$scratch/s3.classpath")" "$server/S3Server.java" "$s3_endpoint" models >"$scratch/s3.log" 2>&1 &
  s3_server=$!
  local i
  for ((i = 0; i < 240; i++)); do
    if curl -s -o "$scratch/s3.answer" "$s3_endpoint/"; then return; fi
    kill -0 $s3_server 2>/dev/null || break
    sleep 0.25
  done
  die "no S3 server: $(cat "$scratch/s3.log")"
}

# The credentials are in a Secret that only the steps see, and are nowhere else.
case_s3() {
  start_s3 10.200.0.1
  mc create secret generic s3 --from-literal=id="$AWS_ACCESS_KEY_ID" --from-literal=key="$AWS_SECRET_ACCESS_KEY" >/dev/null
  watch_pods s3
  fault_compression s3 "  podTemplate:
    env:
    - {name: AWS_ENDPOINT_URL_S3, value: \"$s3_endpoint\"}
    - {name: AWS_REGION, value: us-east-1}
    - {name: AWS_ACCESS_KEY_ID, valueFrom: {secretKeyRef: {name: s3, key: id}}}
    - {name: AWS_SECRET_ACCESS_KEY, valueFrom: {secretKeyRef: {name: s3, key: key}}}" | sed 's#pvc://models/#s3://models/#' | apply
  as_calm s3
  {
    mc get mc,jobs,pods,events -o yaml
    kubectl -n $system logs deployment/mc --tail=-1
    local pod
    for pod in $(mc get pods -l modelcompression.dev/name=s3 -o name); do mc logs "$pod"; done
  } >"$scratch/s3.seen"
  if grep -F -e "$AWS_SECRET_ACCESS_KEY" -e "$AWS_ACCESS_KEY_ID" "$scratch/s3.seen"; then die "credentials are seen"; fi
  kill $s3_server
}
