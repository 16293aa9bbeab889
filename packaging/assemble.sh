#!/bin/sh
# assemble.sh DIST VERSION URL: from wheels, archives and binaries in DIST the npm packages, the formula and SHA256SUMS.
set -eu
dist=$1 version=$2 url=$3
here=$(dirname "$0")
platforms=""
for folder in "$dist"/bin/*/; do
    platforms="$platforms $(basename "$folder")=$(ls "$folder"ica-policy*)"
done
# shellcheck disable=SC2086 # one argument a platform; names of platforms have no spaces
python3 "$here/npm/make.py" "$dist/npm" "$version" $platforms
(cd "$dist" && sha256sum -- *.whl *.tar.gz > SHA256SUMS)
formula=$(sed -e "s|@VERSION@|$version|" -e "s|@URL@|$url|" "$here/homebrew/ica-policy.rb.in")
for archive in "$dist"/ica-policy-*.tar.gz; do
    target=$(basename "$archive" .tar.gz | sed 's/^ica-policy-//')
    sum=$(sha256sum "$archive" | cut -d ' ' -f 1)
    formula=$(printf '%s' "$formula" | sed "s|@SHA256_$target@|$sum|")
done
printf '%s\n' "$formula" > "$dist/ica-policy.rb"
