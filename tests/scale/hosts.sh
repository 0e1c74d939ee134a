# Several hosts on one machine: sourced by scripts that run ranks on them. Each host is a network namespace with a name
# and shared memory of its own; the network that connects them is the program `switch`. All hosts see the same files.
# Everything is made in private namespaces and nothing of it is left, whatever ends the script. It needs root,
# /dev/net/tun, and iproute2.
#
#   hosts_enter "$@"          runs the script again inside the namespaces; call it first
#   hosts_start COUNT LINK    makes host1, host2 ...; LINK is a name of `link`, or MBITS:MICROSECONDS:PERCENT
#   on HOST COMMAND...        runs a command there, as ssh does
#   mpi_on COUNT COMMAND...   runs it by $mpi, openmpi or mpich, with a rank on each of the first COUNT hosts
#   why_not_across_hosts      prints why $mpi does not end on several hosts; fails if it does
#   can_notice_silence        whether $mpi ends if a host is silent: MPICH needs libkeepalive0
#   sent_by HOST              prints the bytes that it has sent
#   unplug HOST               nothing reaches it from now on, and nothing leaves it
#   hosts_stop                removes the hosts; the switch prints what it did
#
# The caller sets $switch, the program, and $hosts_folder, the folder of this file.

rsh=$hosts_folder/rsh
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 HWLOC_HIDE_ERRORS=2

# why_no_hosts: prints what is missing; fails if nothing is.
why_no_hosts() {
    if [ "$(id -u)" != 0 ]; then
        echo "not root"
    elif ! command -v ip >/dev/null; then
        echo "no ip (iproute2)"
    elif ! unshare --net --mount --pid --fork true 2>/dev/null; then
        echo "no namespaces may be made"
    elif ! (: <>/dev/net/tun) 2>/dev/null; then
        echo "no /dev/net/tun"
    else
        return 1
    fi
}

hosts_enter() {
    if [ -z "${HOSTS_INSIDE:-}" ]; then
        HOSTS_INSIDE=1 exec unshare --net --mount --pid --fork --kill-child --mount-proc sh "$0" "$@"
    fi
    trap 'exit 130' INT TERM # the first process of its namespace ignores them otherwise
    mount -t tmpfs tmpfs /run
    ip link set lo up
}

# link NAME: prints the rate in Mbit/s, the delay of one direction in microseconds and the share of lost frames in %.
link() {
    case $1 in
    10gbe) echo "10000 100 0" ;;
    slow) echo "100 1000 0" ;;
    lossy) echo "1000 100 0.5" ;;
    *) echo "$1" | tr : ' ' ;;
    esac
}

# start_switch COUNT LINK: the devices port1, port2 ... of the hosts.
start_switch() {
    # shellcheck disable=SC2046 # three words
    rm -f /run/switch.log # of hosts before
    "$switch" "$1" $(link "$2") 1 >/run/switch.log 2>&1 &
    switch_process=$!
    while ! grep -qs ready /run/switch.log; do
        kill -0 $switch_process || { cat /run/switch.log; exit 1; }
        sleep 0.05
    done
}

# make_host NUMBER: its device is eth0, with an address that the switch knows.
make_host() {
    ip netns add "host$1"
    ip link set "port$1" address "02:00:00:00:00:$(printf %02x "$1")"
    ip link set "port$1" netns "host$1" name eth0
    ip -n "host$1" address add "10.77.0.$1/24" dev eth0
    ip -n "host$1" link set lo up
    ip -n "host$1" link set eth0 up
    echo "10.77.0.$1 host$1" >>/run/hosts
}

hosts_start() {
    start_switch "$1" "$2"
    echo "127.0.0.1 localhost" >/run/hosts
    for number in $(seq "$1"); do
        make_host "$number"
    done
    mount --bind /run/hosts /etc/hosts
}

on() { "$rsh" "$@"; }

# MPICH with UCX can wait forever in MPI_Finalize: https://github.com/pmodels/mpich/pull/6596
why_not_across_hosts() {
    [ "$mpi" = mpich ] && mpichversion 2>/dev/null | awk '
        /^MPICH Version:/ { version = $3; split($3, part, "."); old = part[1] < 4 || (part[1] == 4 && part[2] < 2) }
        /^MPICH Device:/ { ucx = /ch4:ucx/ }
        END { if (old && ucx) print "MPICH " version " with UCX can wait forever at its end; 4.2 does not"
              exit !(old && ucx) }'
}

can_notice_silence() { [ "${mpi:-}" = openmpi ] || ldconfig -p | grep -q 'libkeepalive\.so\.0'; }

# How soon the launchers notice that a host is silent: after 5 s, and 5 probes of 1 s each.
export OMPI_MCA_oob_tcp_keepalive_time=5 OMPI_MCA_oob_tcp_keepalive_intvl=1 OMPI_MCA_oob_tcp_keepalive_probes=5
keepalive="KEEPIDLE=5 KEEPINTVL=1 KEEPCNT=5"
can_notice_silence && keepalive="$keepalive LD_PRELOAD=libkeepalive.so.0"

mpi_on() {
    ranks=$1
    shift
    names=$(seq -s , -f host%g "$ranks")
    case $mpi in
    openmpi) on host1 mpirun.openmpi --mca plm_rsh_agent "$rsh" --mca pml ob1 --mca btl tcp,self --bind-to none \
        --mca btl_tcp_if_include eth0 --mca oob_tcp_if_include eth0 --host "$names" -n "$ranks" "$@" ;;
    mpich) on host1 UCX_TLS=tcp,self UCX_NET_DEVICES=eth0 "$keepalive" mpirun.mpich -launcher rsh \
        -launcher-exec "$rsh" -iface eth0 -hosts "$names" -n "$ranks" "$@" ;;
    esac
}

# What ranks exchange for 16 pictures: states and derivatives of S4 to F6, gradients of C1 to S4.
SHARD_BYTES=53728

sent_by() { ip netns exec "$1" cat /sys/class/net/eth0/statistics/tx_bytes; }

unplug() { ip -n "$1" link set eth0 down; }

hosts_stop() {
    kill "$switch_process"
    wait "$switch_process"
    umount /etc/hosts
    ip -all netns delete
    sed 1d /run/switch.log
}
