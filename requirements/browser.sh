#!/bin/sh
# Finds Chromium for the browser tests, or installs it with the system's package manager.
#
#   requirements/browser.sh           installs it where there is none; does nothing where there is one
#   requirements/browser.sh --find    prints its path, or ends with status 1
set -eu

say() { printf '%s\n' "$*" >&2; }

find_browser() {
    for name in chromium chromium-browser google-chrome google-chrome-stable chromium-headless-shell; do
        command -v "$name" && return
    done
    for path in "/Applications/Chromium.app/Contents/MacOS/Chromium" \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        [ ! -x "$path" ] || { printf '%s\n' "$path"; return; }
    done
    return 1
}

if [ "${1:-}" = --find ]; then
    find_browser
    exit
fi

if found=$(find_browser); then
    say "Chromium is there: $found"
    exit
fi

# As root where that is needed and can be had: without asking for a password where nobody is there to give one.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
        sudo "$@"
    else
        say "Installing Chromium needs root, which cannot be had here. Somebody who may has to run:"
        say "    $*"
        exit 2
    fi
}

install_with() {
    say "No Chromium found: installing it with $1"
    case $1 in
        apt-get)
            as_root apt-get update -qq
            # Debian's name for it, then Ubuntu's
            for package in chromium chromium-browser; do
                as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
                    "$package" fonts-liberation && break
            done
            ;;
        dnf) as_root dnf install -y -q chromium liberation-sans-fonts ;;
        zypper) as_root zypper --non-interactive --quiet install chromium liberation-fonts ;;
        pacman) as_root pacman -Sy --noconfirm --needed chromium ttf-liberation ;;
        apk) as_root apk add --quiet chromium font-liberation ;;
        brew) brew install --quiet --cask chromium ;;  # never as root
    esac
}

for manager in apt-get dnf zypper pacman apk brew; do
    command -v "$manager" >/dev/null 2>&1 || continue
    if install_with "$manager" && found=$(find_browser); then
        say "Chromium is there: $found"
        exit
    fi
    say "$manager did not bring a Chromium; its messages are above. Install Chromium or Chrome by hand, so that"
    say "one of chromium, chromium-browser, google-chrome is on the path."
    exit 2
done
say "No Chromium found, and none of apt-get, dnf, zypper, pacman, apk, brew to install it with. Install Chromium or"
say "Chrome by hand, so that one of chromium, chromium-browser, google-chrome is on the path."
exit 2
