#!/bin/sh
# Print the path of a Python that can carry crrkit: 3.11 or newer, able to make an environment.
# Usage: python.sh [NAME...]; without names the usual ones are tried.
#
# Each candidate is started, not only looked up: a pyenv shim stands on the path even where it leads nowhere,
# and a good interpreter may stand behind it.

probe='import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))'

for bin in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[1-4]*/bin; do
    PATH=$PATH:$bin
done

[ $# -gt 0 ] || set -- python3 python3.14 python3.13 python3.12 python3.11 python
for name; do
    case $name in
    */*) "$name" -c "$probe" 2>/dev/null && echo "$name" && exit ;;
    esac
    old_ifs=$IFS IFS=:
    for dir in $PATH; do
        "$dir/$name" -c "$probe" 2>/dev/null && echo "$dir/$name" && exit
    done
    IFS=$old_ifs
done

echo "crrkit needs Python 3.11 or newer with its venv module; of ($*) none will do, $1 is: $("$1" --version 2>&1 | head -n 1)." >&2
echo "Install one (Debian, Ubuntu: apt-get install python3 python3-venv) or name it: make demo PYTHON=/path/to/python3.12" >&2
exit 1
