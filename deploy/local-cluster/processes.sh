# shellcheck shell=bash disable=SC2154 # its variables are set where it is sourced
# Processes, containers and the network: made, known again, ended. Sourced by cluster.sh, which sets its variables.

in_namespace() { nsenter --net=/var/run/netns/"$name" "$@"; } # `ip netns exec` would hide the cgroup file systems

kubectl() { "$tools/kubectl" --kubeconfig "$kubeconfig" "$@"; }

ctr() { command ctr --address "$containerd_socket" "$@"; }

# The time at which process $1 was started: a process number that was given out anew has another.
started() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

alive() { # NAME
  local pid since
  read -r pid since 2>/dev/null <"$home/run/$1.pid" && [ "$(started "$pid")" = "$since" ]
}

start() { # NAME COMMAND...: inside the network namespace, detached, unless it runs
  local program=$1 pid
  shift
  alive "$program" && return
  setsid nohup nsenter --net=/var/run/netns/"$name" "$@" >>"$home/log/$program.log" 2>&1 </dev/null &
  pid=$!
  echo "$pid $(started $pid)" >"$home/run/$program.pid"
}

stop() { # NAME: politely, and after 10 s not so
  local pid i
  if alive "$1"; then
    read -r pid _ <"$home/run/$1.pid"
    kill "$pid"
    for ((i = 0; i < 100; i++)); do alive "$1" || break; sleep 0.1; done
    if alive "$1"; then kill -KILL "$pid"; fi
  fi
  rm -f "$home/run/$1.pid"
}

await() { # SECONDS WHAT COMMAND...
  local limit=$1 what=$2 i
  shift 2
  for ((i = 0; i < limit * 4; i++)); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.25
  done
  die "$what did not come within $limit s; see $home/log"
}

make_network() {
  # The route comes last: where it is, the rest is.
  [ -n "$(ip route show "$services" dev "$name" 2>/dev/null)" ] && return
  remove_network
  ip netns add "$name"
  ip link add "$name" type veth peer name node netns "$name"
  ip address add "$host_ip/30" dev "$name"
  ip link set "$name" up
  ip -n "$name" address add "$node_ip/30" dev node
  ip -n "$name" address add "$dns_ip/32" dev lo
  ip -n "$name" link set node up
  ip -n "$name" link set lo up
  ip -n "$name" route add default via "$host_ip"
  in_namespace sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
  ip route add "$pods" via "$node_ip"
  ip route add "$services" via "$node_ip"
}

remove_network() {
  ip netns delete "$name" 2>/dev/null || true
  ip link delete "$name" 2>/dev/null || true
}

end_containers() {
  alive containerd || return 0
  local task
  for task in $(ctr --namespace k8s.io tasks list --quiet); do
    ctr --namespace k8s.io tasks delete --force "$task" >/dev/null 2>&1 || true
  done
  # What keeps a container's input and output open ends with it; one that hangs is ours by the socket that it names.
  local pid
  for pid in $(pgrep -f "^/usr/bin/containerd-shim.* -address $containerd_socket" || true); do kill -KILL "$pid"; done
}

unmount_all() {
  local mounts
  mapfile -t mounts < <(awk -v a="$home/" -v b="$run/" 'index($2, a) == 1 || index($2, b) == 1 {print $2}' /proc/mounts |
    sort -r)
  if [ ${#mounts[@]} -gt 0 ]; then umount --lazy "${mounts[@]}"; fi
}
