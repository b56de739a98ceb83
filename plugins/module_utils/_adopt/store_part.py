# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a topology says about a store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import DECIDE, UNSAID, Note, Setting
from ansible_collections.dcn.glance.plugins.module_utils._adopt.owners import OwnedStore
from ansible_collections.dcn.glance.plugins.module_utils._adopt.sites import FoundSite
from ansible_collections.dcn.glance.plugins.module_utils._adopt.stores import SeenStore
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import MULTI
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import DERIVED_RBD, options_of

#: Options that the topology says elsewhere.
_ELSEWHERE = (*DERIVED_RBD, "store_description", "weight")


def store_part(store: OwnedStore, ceph: dict[str, Any], notes: list[Note]) -> dict[str, Any]:
    """One entry of ``stores``."""
    best = store.best
    found: dict[str, Any] = {"type": store.type}
    if any(view.default for site, view in store.views if site is store.owner):
        found["default"] = True
    description = best.text("store_description")
    if description and description != f"{store.id} {store.type} store":
        found["description"] = description
    if store.type == "rbd" and best.pool != (ceph.get("pools") or {}).get("images", "images"):
        found["pool"] = best.pool
    options = {name: _value(store, name, setting, notes) for name, setting in _options(best).items()}
    if options:
        found["options"] = options
    notes += _differences(store)
    return found


def _options(view: SeenStore) -> dict[str, Setting]:
    return {name: setting for name, setting in view.options.items() if name not in _ELSEWHERE}


def _value(store: OwnedStore, name: str, setting: Setting, notes: list[Note]) -> Any:
    """The value of an option. A secret becomes a variable that the user must set."""
    if setting.hidden:
        variable = f"vault_{store.id}_{name}".replace("-", "_").lower()
        text = f"the secret {name} of store {store.id} was not copied. Put it into a vault as {variable}"
        notes.append(Note(DECIDE, setting.where, text))
        return f"{{{{ {variable} }}}}"
    known = options_of(store.type).get(name)
    if known is not None and known.type == MULTI:
        return list(setting.values or (setting.value,))
    return setting.value


def _differences(store: OwnedStore) -> list[Note]:
    """Options that other places have with other values: a topology has one value for all."""
    best = store.best
    kept = _options(best)
    found = []
    for _site, view in store.views:
        for name, setting in _options(view).items():
            if view is best or setting.hidden or view.id != store.id:
                continue
            other = kept.get(name)
            if other is None or other.value != setting.value:
                says = (
                    f"is {other.value} at {best.place.name}"
                    if other is not None
                    else f"is not set at {best.place.name}"
                )
                text = f"{name} of store {view.id} is {setting.value} here and {says}, which counts for all sites"
                found.append(Note(UNSAID, f"{view.place.name} {setting.where}", text))
    return found


def weights(site: FoundSite, stores: Iterable[OwnedStore]) -> dict[str, int]:
    """The weights of stores in the Glance of a site."""
    found: dict[str, int] = {}
    for store in stores:
        for at, view in store.views:
            text = view.text("weight")
            if at is site and text.lstrip("-").isdigit() and store.id not in found:
                found[store.id] = int(text)
    return found
