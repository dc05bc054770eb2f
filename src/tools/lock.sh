#!/bin/sh
# Pin every package, with hashes, for Python 3.11 to 3.13 on every system, the same versions on all of them.
set -eu
for lock in requirements.lock requirements-cluster.lock requirements-dev.lock; do
    case $lock in
    *-cluster.lock) extra="--extra cluster --constraint requirements.lock" ;;
    *-dev.lock) extra="--group dev --constraint requirements.lock --constraint requirements-cluster.lock" ;;
    *) extra= ;;
    esac
    # shellcheck disable=SC2086 # words, on purpose
    uv pip compile pyproject.toml $extra --quiet --upgrade --universal --fork-strategy fewest --generate-hashes \
        --no-annotate --no-header --output-file "$lock"
done
