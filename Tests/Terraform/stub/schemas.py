"""Reads the attributes and blocks of a provider's resources from the package that CDK for Terraform made of it.

    schemas.py PACKAGE-FOLDER TYPES-REGEX > schemas.json

The package's JavaScript has, for each resource, what it writes of each attribute into Terraform's language; its type
declarations say what is required. Attributes nested in attributes and blocks look alike there: all become blocks.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

ENTRY = re.compile(
    r'^\s+(?:"(\w+)"|(\w+)): \{\s*\n\s*value: ([^\n]*?),?\n\s*isBlock: (?:true|false),\s*\n'
    r'\s*type: "(\w+)",\s*\n\s*storageClassType: "(\w+)",', re.M)
COMPUTED = re.compile(r"// (\w+) - computed: true, optional: (\w+), required: \w+\n((?:.*\n){1,4})")
PRIMITIVES = {"string": "string", "number": "number", "boolean": "bool", "any": "dynamic"}
# What a getter calls, and the type that it gets; the first that fits.
GETTERS = [
    ("getStringAttribute", "string"), ("getNumberAttribute", "number"), ("getBooleanAttribute", "bool"),
    ("Fn.tolist(this.getListAttribute", ["set", "string"]), ("getListAttribute", ["list", "string"]),
    ("getStringMapAttribute", ["map", "string"]),
]


def attribute_type(kind: str, storage: str):
    if kind == "simple":
        return PRIMITIVES.get(storage, "dynamic")
    match = re.match(r"(string|number|boolean)(List|Map)$", storage)
    return [kind if kind in ("set", "map") else "list", PRIMITIVES[match[1]]] if match else "dynamic"


def interfaces(declarations: str) -> dict[str, dict[str, bool]]:
    """Each interface's properties, and whether they are required."""
    found = {}
    for match in re.finditer(r"export interface (\w+)[^{]*\{", declarations):
        end, depth = match.end(), 1
        while depth:
            depth += {"{": 1, "}": -1}.get(declarations[end], 0)
            end += 1
        body = re.sub(r"/\*.*?\*/", "", declarations[match.end():end - 1], flags=re.S)
        found[match[1]] = {name: mark == "" for name, mark in re.findall(r"readonly (\w+)(\??):", body)}
    return found


class Resource:
    """A folder of the package: a resource, a data source, or the provider itself."""

    def __init__(self, folder: Path) -> None:
        self.script = "".join(path.read_text() for path in self.files(folder, "js"))
        declarations = "".join(path.read_text() for path in self.files(folder, "d.ts"))
        self.interfaces = interfaces(declarations)
        self.lists = set(re.findall(r"class (\w+)List extends cdktf\.(?:Complex|Map)", declarations))
        writers = re.finditer(r"function (\w+)ToHclTerraform\(struct\) \{(.*?)\n\}", self.script, re.S)
        self.writers = {match[1].lower(): match[2] for match in writers}
        name = re.search(r'\.tfResourceType = "(\w+)"', self.script)
        self.type_name = name[1] if name else None

    @staticmethod
    def files(folder: Path, ending: str) -> list[Path]:
        # Large resources are split.
        return [folder / f"index.{ending}", *sorted((folder / "index-structs").glob(f"*.{ending}"))]

    def block(self, body: str, interface: str | None, above: tuple = ()) -> dict:
        attributes, blocks = {}, {}
        required = self.interfaces.get(interface, {})
        for quoted, plain, value, kind, storage in ENTRY.findall(body):
            name = quoted or plain
            property_name = re.search(r"(?:struct\.|this\._)(\w+?)(?:\.internalValue)?\b", value)
            is_required = required.get(property_name[1] if property_name else name, False)
            base = storage[:-4] if storage.endswith("List") and kind in ("list", "set") else storage
            writer = self.writers.get(base.lower())
            if writer is None or base in above:
                attributes[name] = {"type": attribute_type(kind, storage), "required": is_required,
                                    "optional": not is_required, "computed": False}
                continue
            is_many = base in self.lists or kind in ("struct", "map")
            blocks[name] = {"nesting": "single" if kind == "struct" else kind, "min": int(is_required),
                            "max": 0 if is_many else 1, "block": self.block(writer, base, (*above, base))}
        return {"attributes": attributes, "blocks": blocks}

    def schema(self) -> dict:
        body = re.search(r"synthesizeHclAttributes\(\) \{(.*?)\n    \}", self.script, re.S)[1]
        schema = self.block(body, next((name for name in self.interfaces if name.endswith("Config")), None))
        attributes = schema["attributes"]
        own = self.script[self.script.rfind("extends cdktf.Terraform"):]
        for name, optional, getter in COMPUTED.findall(own):
            if name in attributes or name in schema["blocks"] or not re.search(r"get \w+\(\)", getter):
                continue
            kind = next((kind for call, kind in GETTERS if call in getter), "dynamic")
            attributes[name] = {"type": kind, "required": False, "optional": optional == "true", "computed": True}
        for name in ("id", "tags_all", "region"):
            if name in attributes and not attributes[name]["required"]:
                attributes[name]["computed"] = True
        return schema


def schemas(package: Path, wanted: re.Pattern) -> dict:
    found = {"provider": None, "resources": {}, "data": {}}
    for folder in sorted(path for path in (package / "lib").iterdir() if path.is_dir()):
        resource = Resource(folder)
        if resource.type_name is None:
            continue
        if folder.name == "provider":
            found["provider"] = resource.schema()
        elif wanted.search(resource.type_name):
            kind = "data" if folder.name.startswith("data-") else "resources"
            found[kind][resource.type_name] = resource.schema()
    return found


if __name__ == "__main__":
    json.dump(schemas(Path(sys.argv[1]), re.compile(sys.argv[2])), sys.stdout, separators=(",", ":"))
