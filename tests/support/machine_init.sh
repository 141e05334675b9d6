# Makes the namespaces that machine.sh started it in ready, and becomes systemd.
#
# The root file system is the host's, so systemd must see none of the host's units: with
# SYSTEMD_UNIT_PATH it looks for units in two directories in memory only. In the first one the targets
# that each usual unit depends on are empty; the second one is for units of packages. It has a name
# below /run, because a test may lay something over /usr, under which the host's units would show.
set -eu
units=/etc/systemd/system
packaged=/run/packaged-units

# Shared among the namespaces of this machine, as on a host, or credentials reach no unit.
mount --make-rshared /
mount -t proc proc /proc
if mountpoint -q /sys/fs/cgroup; then umount -R /sys/fs/cgroup; fi
mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs "$units"
mkdir "$packaged"
mount --bind "$packaged" /usr/lib/systemd/system
for target in machine sysinit basic multi-user timers shutdown; do
  printf '[Unit]\nDescription=%s\nDefaultDependencies=no\n' "$target" >"$units/$target.target"
done

# systemd reads its own environment: "container" tells it to leave the host's kernel alone.
exec env -i PATH="$PATH" container=lxc SYSTEMD_UNIT_PATH="$units:$packaged" \
  /lib/systemd/systemd --system --unit=machine.target --log-target=console --show-status=no
