#!/usr/bin/env bash
# What valgus needs from Debian or Ubuntu beside git, make and Python: the venv module, the libraries that Open3D
# loads, and a display that windows can be tested on.  Installs what is missing as root or through sudo; says in one
# line what it could not install.
set -euo pipefail

python="${1:-python3}"
packages=(
    libusb-1.0-0 libgomp1 libx11-6
    libgl1 libegl1 libglx-mesa0 libgl1-mesa-dri
    libvulkan1 mesa-vulkan-drivers
    xvfb
)

command -v dpkg-query >/dev/null || exit 0 # not Debian or Ubuntu: `valgus doctor` says what is missing

installed() {
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=()
for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
done
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
[ "${#missing[@]}" -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "valgus: missing system packages; run: sudo apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo -n)
fi

apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
echo "installing ${missing[*]}"
"${apt[@]}" update
"${apt[@]}" install --yes --no-install-recommends "${missing[@]}" >/dev/null
