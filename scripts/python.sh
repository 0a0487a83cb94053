#!/bin/sh
# Print the path of a suitable Python: 3.11 or newer, with venv and ensurepip.
# Usage: python.sh [NAME...]; without names the usual ones are tried.
#
# Each candidate is run, not only looked up, and prints its own path: a pyenv shim is on the PATH even if it leads
# nowhere, and a suitable interpreter may come after it.

probe='import sys, ensurepip, venv; sys.version_info >= (3, 11) and print(sys.executable)'

for bin in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[1-4]*/bin; do
    PATH=$PATH:$bin
done

[ $# -gt 0 ] || set -- python3 python3.14 python3.13 python3.12 python3.11 python
for name; do
    case $name in
    */*) places=${name%/*} ;;
    *) places=$PATH ;;
    esac
    IFS=:
    for place in $places; do
        python=$("$place/${name##*/}" -c "$probe" 2>/dev/null)
        [ -n "$python" ] && echo "$python" && exit
    done
    unset IFS
done

{
    echo "crrkit needs Python 3.11 or newer with its venv module; $1 here says: $("$1" --version 2>&1 | head -n 1)."
    echo "Install one (Debian and Ubuntu: apt-get install python3-venv), or name it: make demo PYTHON=/path/to/python3.12"
} >&2
exit 1
