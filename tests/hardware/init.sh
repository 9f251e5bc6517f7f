#!/bin/busybox sh
# First process of the virtual machine: cameras, then the host's own files read-only, then the command that the kernel's
# command line names.  What it prints goes to the serial console, and its exit code after the word VALGUS_EXIT.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev

word() { sed -n "s/.*$1=\([^ ]*\).*/\1/p" /proc/cmdline; }
for module in virtio_pci 9pnet_virtio 9p; do modprobe "$module"; done
word drivers | tr '+' '\n' | while read -r driver; do modprobe $(echo "$driver" | tr ';' ' '); done
mount -t 9p -o trans=virtio,ro,version=9p2000.L,msize=1048576,cache=loose host /host
for place in dev proc sys; do mount --bind "/$place" "/host/$place"; done
mount -t tmpfs tmp /host/run
ifconfig lo 127.0.0.1 up
chroot /host /usr/bin/env -i PATH=/usr/bin:/bin HOME=/run TMPDIR=/run PYTHONDONTWRITEBYTECODE=1 NUMBA_CACHE_DIR=/run \
    PYTHONPATH="$(word root)" OMP_NUM_THREADS=1 "$(word python)" -u $(word script | tr ';' ' ') 2>&1
echo "VALGUS_EXIT $?"
poweroff -f
