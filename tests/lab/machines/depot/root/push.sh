#!/bin/sh
# An image of one layer, laid into the registry's folder ($1) as the registry itself would: name $2, tag $3.
set -eu
cd "$(mktemp -d)"
store=$1/docker/registry/v2
blob() {  # file -> prints its digest, stored as a blob
    sum=$(sha256sum "$1" | cut -d' ' -f1)
    at=$store/blobs/sha256/$(printf %.2s "$sum")/$sum
    mkdir -p "$at"
    cp "$1" "$at/data"
    echo "$sum"
}
linked() {
    mkdir -p "$2"
    printf 'sha256:%s' "$1" >"$2/link"
}
echo "$2 $3" >image-name
tar -cf layer.tar --mtime=@1700000000 --owner=0 --group=0 image-name
diff=$(sha256sum layer.tar | cut -d' ' -f1)
gzip -n layer.tar
layer=$(blob layer.tar.gz)
printf '{"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/true"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$diff" >config
config=$(blob config)
printf '{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":%d,"digest":"sha256:%s"},"layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":%d,"digest":"sha256:%s"}]}' \
    "$(wc -c <config)" "$config" "$(wc -c <layer.tar.gz)" "$layer" >manifest
manifest=$(blob manifest)
of=$store/repositories/$2
linked "$layer" "$of/_layers/sha256/$layer"
linked "$config" "$of/_layers/sha256/$config"
linked "$manifest" "$of/_manifests/revisions/sha256/$manifest"
linked "$manifest" "$of/_manifests/tags/$3/current"
linked "$manifest" "$of/_manifests/tags/$3/index/sha256/$manifest"
