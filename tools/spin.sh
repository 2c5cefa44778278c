#!/usr/bin/env bash
# Installs the model checker SPIN, as Debian builds it, into a directory. Nothing
# is installed into the system, and no root is needed.
#   spin.sh DIRECTORY
set -eu -o pipefail

version=6.5.2+dfsg-1
case $(uname -sm) in
'Linux x86_64') architecture=amd64 sha256=55452ba139bae09a165363fdee18fe496913b4ae441d122280fbcbb48556502f ;;
'Linux aarch64') architecture=arm64 sha256=e3e206a0ad0cdaef20de83675e13d8cdd802c7e447517e179e53b0fb9bcc0fa7 ;;
*)
	echo "The pinned SPIN is for Linux on x86_64 or aarch64, this is $(uname -sm). Use a container, or run model/check.sh with a spin of your own." >&2
	exit 1
	;;
esac
for needed in cc:gcc curl:curl ar:binutils xz:xz-utils; do
	command -v "${needed%:*}" >/dev/null || { echo "The model checker needs ${needed%:*} (Debian package ${needed#*:})." >&2; exit 1; }
done

mkdir -p "$1" && cd "$1"
rm -f -- *.deb
file=spin_${version}_$architecture.deb
curl --silent --show-error --fail --location --retry 3 --output "$file" "https://deb.debian.org/debian/pool/main/s/spin/${file/+/%2B}"
echo "$sha256  $file" | sha256sum --check --quiet
ar p "$file" data.tar.xz | tar --extract --xz --strip-components 3 ./usr/bin/spin
rm -f -- "$file"
./spin -V
