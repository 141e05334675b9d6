# Tries what the unit of "vcm install" must deny. It prints "denied NAME" or "possible NAME" for each
# attempt, and takes back what was possible.
#
# Usage: sh unit_probe.sh DIRECTORY, which is one that the unit does not open.
try() {
  name=$1
  shift
  if "$@" >/dev/null 2>&1; then echo "possible $name"; else echo "denied $name"; fi
}

# A file that is there for this process only is not on the host: PrivateTmp is not an attempt here.
writes() {
  file=$1/.vcm-probe-$$
  try "write $1" sh -c ': >"$1" && rm -f "$1"' sh "$file"
}

for place in / /boot /etc /etc/vcm /etc/systemd/system /etc/cron.d /usr/local/bin /opt \
  /root /home /run/user /dev/shm /run /run/systemd/system /var/spool/cron "$1"; do
  if [ -d "$place" ]; then writes "$place"; fi
done

try "remount /" mount -o remount,bind,rw /
try "mount a tmpfs" sh -c 'mount -t tmpfs none /mnt && umount /mnt'
try "bind mount" sh -c 'mount --bind /etc /mnt && umount /mnt'
try "join the namespaces of process 1" nsenter -t 1 -m -p true
for kind in mount uts ipc net pid user cgroup; do
  try "new $kind namespace" unshare --fork "--$kind" true
done
try "change the root" chroot / true
try "make a device" sh -c 'mknod /tmp/.vcm-probe c 1 3 && rm /tmp/.vcm-probe'
try "read the kernel log" dmesg
try "raise a priority" nice -n -5 sh -c '[ "$(nice)" = -5 ]'
try "raise a limit" sh -c 'ulimit -c unlimited'
try "set the host name" hostname "$(hostname)"
try "trace a process" sh -c 'head -c 1 /proc/1/environ'
try "set a set-ID bit" sh -c ': >"$1/x" && chmod 4755 "$1/x"; code=$?; rm -f "$1/x"; exit $code' sh /tmp
