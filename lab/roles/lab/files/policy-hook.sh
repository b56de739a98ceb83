#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# First step of the image build: no package starts a service while it is installed below "$1".
set -eu
printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
chmod 755 "$1/usr/sbin/policy-rc.d"
