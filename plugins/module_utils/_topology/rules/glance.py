# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint rules about image import, and about options that a user sets beside the derived ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._core.import_methods import (
    IMPORT_PLUGINS,
    METHODS_OPTION,
    PLUGINS_OPTION,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import FALSE_TEXTS
from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import cinder, glance, nova, policy
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.cache import CACHE_OPTIONS
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.options import Option, some_fsid
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import IniValue, Sections, Site
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context
from ansible_collections.dcn.glance.plugins.module_utils._topology.values import option_key, section_key

#: Options of glance-api.conf that have a key of their own in the topology.
GLANCE_DECIDED = {
    ("DEFAULT", "enabled_backends"): "it follows from `stores`",
    ("glance_store", "default_backend"): "it follows from `default` of the stores",
    ("glance_store", "stores"): "it has no effect with enabled_backends",
    ("glance_store", "default_store"): "it has no effect with default_backend",
    METHODS_OPTION: "set `import.methods`",
    PLUGINS_OPTION: "set `import.plugins`",
}
#: The same where the site has a cache.
CACHE_DECIDED = {("DEFAULT", name): key for key, name in CACHE_OPTIONS.items()}
LOCATIONS = ("show_multiple_locations", "show_image_direct_url")

#: Derived options that a user can change without leaving the site's own cluster and Glance.
TUNABLE = {
    ("libvirt", "images_rbd_glance_copy_poll_interval"),
    ("libvirt", "images_rbd_glance_copy_timeout"),
    ("workarounds", "never_download_image_if_on_rbd"),
    ("glance", "valid_interfaces"),
    ("DEFAULT", "enabled_backends"),
}


#: (key of the section, key of the option, path, value).
UserOption = tuple[str, str, str, IniValue]


def hub_copy_image(context: Context) -> Hits:
    hub = context.topology.hub
    if "copy-image" not in glance.import_methods(context.topology, hub) and context.topology.spokes:
        yield Hit(
            f"sites.{hub.name}.glance.import.methods",
            "does not contain copy-image, which copies images from the hub to the spokes. Add it",
        )


def spoke_copy_image(context: Context) -> Hits:
    for site in context.topology.spokes:
        if site.glance.methods is None or matrix.copy_target(site) is None:
            continue
        if "copy-image" not in site.glance.methods:
            yield Hit(
                f"sites.{site.name}.glance.import.methods",
                "does not contain copy-image, so Nova cannot have a missing image copied to the site. Add it, or "
                "remove the list to use the one of the hub",
            )


def copy_policy_admin(context: Context) -> Hits:
    """Nova copies, and only administrators may."""
    topology = context.topology
    for site in topology.sites:
        path = f"sites.{site.name}.glance.copy_policy"
        spokes = ", ".join(spoke.name for spoke in policy.copying_spokes(topology, site))
        if site.glance.copy_policy is not None and topology.platform == "operators":
            yield Hit(
                path,
                "has no effect on pods, where only administrators may copy. Remove it, mount a file with the policy "
                "copy_image, and name the file in `glance.options`: `oslo_policy: {policy_file: ...}`",
            )
        elif spokes and policy.copy_policy(topology, site) == policy.ADMIN:
            yield Hit(
                path,
                f"is admin, and Nova copies missing images to {spokes} with the rights of the user, so others cannot "
                "boot an image that is elsewhere (403). Set member or owner, unless all images are placed beforehand",
            )


def stated_plugins(context: Context) -> Iterator[tuple[Site, list[str], Mapping[str, Mapping[str, str]]]]:
    """(site, names of plugins in order, plugins) for the sites with an rbd store that state their plugins."""
    for site in context.topology.sites:
        if site.glance.plugins is not None and glance.sees_rbd(context.topology, site):
            yield site, list(site.glance.plugins), site.glance.plugins


def conversion_missing(context: Context) -> Hits:
    for site, order, _plugins in stated_plugins(context):
        if "image_conversion" not in order:
            yield Hit(
                f"sites.{site.name}.glance.import.plugins",
                "does not contain image_conversion: an image imported as qcow2 remains qcow2, and servers and volumes "
                "cannot be cloned from it. Add `image_conversion: {output_format: raw}`",
            )


def conversion_not_raw(context: Context) -> Hits:
    for site, _order, plugins in stated_plugins(context):
        output = plugins.get("image_conversion", {}).get("output_format", "raw")
        if output != "raw":
            yield Hit(
                f"sites.{site.name}.glance.import.plugins.image_conversion.output_format",
                f"is {output}, but only raw images can be cloned on Ceph. Set it to raw",
            )


def plugin_order(context: Context) -> Hits:
    for site in context.topology.sites:
        order = list(site.glance.plugins or ())
        both = "image_decompression" in order and "image_conversion" in order
        if both and order.index("image_decompression") > order.index("image_conversion"):
            yield Hit(
                f"sites.{site.name}.glance.import.plugins",
                "lists image_conversion before image_decompression, and plugins run in this order. Put "
                "image_decompression first",
            )


def glance_option_decided(context: Context) -> Hits:
    plugins = {plugin.section: plugin.name for plugin in IMPORT_PLUGINS.values() if plugin.section}
    for site in context.topology.sites:
        stores = {section_key(store.id) for _owner, store in matrix.visible_stores(context.topology, site)}
        for section, option, path, _value in user_options(site, site.glance.options, "glance"):
            why = GLANCE_DECIDED.get((section, option))
            if site.glance.cache is not None and (section, option) in CACHE_DECIDED:
                why = f"set `cache.{CACHE_DECIDED[section, option]}`"
            if section in plugins and option in IMPORT_PLUGINS[plugins[section]].options:
                why = f"set `import.plugins.{plugins[section]}.{option}`"
            if section in stores:
                why = "the section belongs to a store; set `options` of the store"
            if section.lower().startswith(words.RESERVED_PREFIX):
                why = "the section is for the staging area of Glance, and the role sets it"
            if why:
                yield Hit(path, f"cannot be set here: {why}. Remove it")


def worker_url_shared(context: Context) -> Hits:
    for site in context.topology.sites:
        for section, option, path, _value in user_options(site, site.glance.options, "glance"):
            if (section, option) == ("DEFAULT", "worker_self_reference_url"):
                yield Hit(
                    path,
                    "would be the same for all workers of the site, and an import fails if it reaches another worker "
                    "than the upload. Remove it; the role sets one for each host",
                )


def locations_hidden(context: Context) -> Hits:
    for site in context.topology.sites:
        for section, option, path, value in user_options(site, site.glance.options, "glance"):
            off = value is None or (isinstance(value, str) and value.lower() in FALSE_TEXTS)
            if section == "DEFAULT" and option in LOCATIONS and off and glance.sees_rbd(context.topology, site):
                yield Hit(
                    path,
                    "is disabled, so Nova and Cinder cannot see the location of an image and copy it completely. "
                    "Remove it",
                )


def weight_unknown_store(context: Context) -> Hits:
    for site in context.topology.sites:
        visible = [store.id for _owner, store in matrix.visible_stores(context.topology, site)]
        for name in site.glance.weights:
            if name not in visible:
                yield Hit(
                    f"sites.{site.name}.glance.weights.{name}",
                    f"is not a store that the site sees ({words.one_of(visible)}){words.suggest(name, visible)}",
                )


def weight_remote(context: Context) -> Hits:
    for site in context.topology.spokes:
        own = {store.id for store in site.stores}
        heaviest = max((site.glance.weights.get(name, 0) for name in own), default=None)
        for name, weight in site.glance.weights.items():
            if heaviest is not None and name not in own and weight > heaviest:
                yield Hit(
                    f"sites.{site.name}.glance.weights.{name}",
                    "is higher than the weights of the site's own stores, so images are read over the network "
                    "although the site has them. Give the own store the highest weight",
                )


def nova_option_decided(context: Context) -> Hits:
    for site in context.topology.sites:
        derived = nova.nova_options(context.topology, replace(site, nova_options={}), some_fsid(site))
        yield from _replaced(derived, user_options(site, site.nova_options, "nova"))


def cinder_option_decided(context: Context) -> Hits:
    for site in context.topology.sites:
        derived = cinder.cinder_options(context.topology, replace(site, cinder_options={}), some_fsid(site))
        yield from _replaced(derived, user_options(site, site.cinder_options, "cinder"))


def _replaced(derived: Iterable[Option], stated: Iterable[UserOption]) -> Hits:
    values = {option_key(str(entry["section"]), str(entry["option"])): entry.get("value") for entry in derived}
    for section, option, path, value in stated:
        key = option_key(section, option)
        if key in values and key not in TUNABLE and value != values[key]:
            yield Hit(
                path,
                "replaces a value that follows from the topology. Correct the topology instead, unless this is "
                "intended",
            )


def backend_dropped(context: Context) -> Hits:
    for site in context.topology.sites:
        for section, option, path, value in user_options(site, site.cinder_options, "cinder"):
            if site.ceph is None or (section, option) != ("DEFAULT", "enabled_backends"):
                continue
            values = (value or "",) if value is None or isinstance(value, str) else value
            if site.cinder_backend not in [name.strip() for text in values for name in text.split(",")]:
                yield Hit(
                    path,
                    f"does not contain {site.cinder_backend}, so Cinder would not start the backend of the site. "
                    f"Add {site.cinder_backend} to the list",
                )


def user_options(site: Site, sections: Sections, service: str) -> Iterator[UserOption]:
    """(key of the section, key of the option, path, value) for every option that the user sets."""
    for section, options in sections.items():
        for option, value in options.items():
            path = f"sites.{site.name}.{service}.options.{words.key(section)}.{option}"
            yield (*option_key(section, option), path, value)


RULES = (
    Rule("hub-copy-image", ERROR, "the hub's Glance cannot copy images", hub_copy_image),
    Rule("plugin-order", ERROR, "images are converted before they are decompressed", plugin_order),
    Rule("glance-option-decided", ERROR, "an option of Glance has its own key in the topology", glance_option_decided),
    Rule("cinder-backend-dropped", ERROR, "Cinder would not start the site's own backend", backend_dropped),
    Rule("worker-url-shared", ERROR, "all workers of a site would have the same URL", worker_url_shared),
    Rule("weight-unknown-store", ERROR, "a weight is for a store that the site does not see", weight_unknown_store),
    Rule("spoke-copy-image", WARNING, "a spoke's Glance cannot copy images", spoke_copy_image),
    Rule("copy-policy", WARNING, "users cannot have Nova copy an image to their site", copy_policy_admin),
    Rule("conversion-missing", WARNING, "images are not converted to raw for rbd", conversion_missing),
    Rule("conversion-not-raw", WARNING, "images are converted to something that rbd cannot clone", conversion_not_raw),
    Rule("locations-hidden", WARNING, "Nova and Cinder cannot see the locations of images", locations_hidden),
    Rule("weight-remote", WARNING, "a site prefers stores of another site", weight_remote),
    Rule("nova-option-decided", WARNING, "an option of Nova replaces a derived value", nova_option_decided),
    Rule("cinder-option-decided", WARNING, "an option of Cinder replaces a derived value", cinder_option_decided),
)
