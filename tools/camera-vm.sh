#!/usr/bin/env bash
# A virtual machine with kernel cameras for tests/hardware: Debian's kernel, whose driver `vivid` makes V4L2 cameras
# out of nothing, and whose `vhci_hcd` takes USB cameras that are programs.  Prepares FOLDER/vmlinuz and
# FOLDER/initrd.gz; needs Debian 12 and root (or sudo).
set -euo pipefail

folder="${1:?usage: camera-vm.sh FOLDER}"
init="$(cd "$(dirname "$0")/../tests/hardware" && pwd)/init.sh"
modules=(vivid uvcvideo vhci_hcd 9p 9pnet_virtio virtio_pci)
packages=(qemu-system-x86 busybox-static kmod cpio)

ready() {
    [ -s "$folder/vmlinuz" ] && [ "$folder/initrd.gz" -nt "$init" ] && [ "$folder/initrd.gz" -nt "$0" ] \
        && command -v qemu-system-x86_64 >/dev/null
}
ready && exit 0

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
"${as_root[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install --yes \
    --no-install-recommends "${packages[@]}" >/dev/null

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
kernel="$(apt-cache search --names-only '^linux-image-6\.1\.0-[0-9]+-amd64-unsigned$' | cut -d' ' -f1 | sort -V | tail -1)"
(cd "$work" && apt-get -qq download "$kernel" 2>/dev/null && dpkg -x ./*.deb kernel)
version="$(ls "$work/kernel/lib/modules")"
/sbin/depmod -b "$work/kernel" "$version"

tree="$work/initrd"
mkdir -p "$tree"/{bin,dev,proc,sys,host} "$tree/lib/modules/$version"
cp "$(command -v busybox)" "$tree/bin/busybox"
install -m 755 "$init" "$tree/init"
cp "$work/kernel/lib/modules/$version"/modules.* "$tree/lib/modules/$version/"
for module in "${modules[@]}"; do
    /sbin/modprobe -d "$work/kernel" -S "$version" --show-depends "$module"
done | awk '{print $2}' | sort -u | while read -r file; do
    target="$tree/${file#"$work/kernel/"}"
    mkdir -p "$(dirname "$target")"
    cp "$file" "$target"
done

mkdir -p "$folder"
cp "$work/kernel/boot/vmlinuz-$version" "$folder/vmlinuz"
(cd "$tree" && find . | cpio --quiet -o -H newc | gzip -1) >"$folder/initrd.gz.new"
mv "$folder/initrd.gz.new" "$folder/initrd.gz"
