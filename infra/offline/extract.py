"""Make a provider's schema from its bindings for the CDK, a wheel on PyPI: `extract.py WHEEL OUT TYPES`.

    cd infra/offline
    pip download --no-deps cdktf-cdktf-provider-google==16.12.1 cdktn-provider-google==21.1.0
    python extract.py cdktf_cdktf_provider_google-16.12.1-py3-none-any.whl schemas/google-6.50.json $(cat types.txt)
    python extract.py cdktn_provider_google-21.1.0-py3-none-any.whl schemas/google-8.7.json $(cat types.txt)

What is kept are names, types, whether an argument is required or read-only, and the values that its documentation
lists. No prose, no addresses. The bindings are generated JavaScript, so lines of a fixed form are all there is to read.
"""

from __future__ import annotations

import io
import json
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SIMPLE = {"string": "string", "number": "number", "boolean": "bool", "any": "dynamic"}
READ = {
    "String": "string",
    "Number": "number",
    "Boolean": "bool",
    "List": ["list", "string"],
    "NumberList": ["list", "number"],
    "StringMap": ["map", "string"],
    "NumberMap": ["map", "number"],
    "BooleanMap": ["map", "bool"],
}
HELD = {"cdk.StringMap": ["map", "string"], "cdk.BooleanMap": ["map", "bool"], "cdk.NumberMap": ["map", "number"]}
# Optional, and known after the apply where they are not given.
COMPUTED_TOO = ("id", "project", "region", "zone", "location")
ARGUMENT = re.compile(
    r" (?P<name>\w+): \{\n\s+value: (?P<value>.*?),\n\s+isBlock: (?P<is_block>true|false),\n\s+"
    r"type: \"(?P<kind>\w+)\",\n\s+storageClassType: \"(?P<stored>\w+)\",\n",
    re.DOTALL,
)
FUNCTION = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{\n(.*?)^\}", re.M | re.S)
CLASS = re.compile(r"^class (\w+) extends cdk\.(\w+) \{\n(.*?)^\}", re.M | re.S)
GETTER = re.compile(r"^    get (\w+)\(\) \{\n(.*?)^    \}", re.M | re.S)
INTERFACE = re.compile(r"^export interface (\w+)(?: extends [\w.]+)? \{\n(.*?)^\}", re.M | re.S)
PROPERTY = re.compile(r"^    readonly (\w+)(\??):", re.M)
DOCUMENTED = re.compile(r"    /\*\*\n((?:    \*[^\n]*\n)+?)    \*/\n    readonly (\w+)\??:")
VALUES = re.compile(r'[Pp]ossible values:? ?(?:are:? ?)?\[((?:"[^"\]]+",? ?)+)\]')


def upper(name: str) -> str:
    return name[0].upper() + name[1:]


def type_of(kind: str, stored: str) -> Any:
    if kind == "simple":
        return SIMPLE.get(stored, "dynamic")
    inner = SIMPLE.get(re.sub(r"(List|Map)$", "", stored), "dynamic")
    return [kind if kind in ("list", "set", "map") else "list", inner]


class Module:
    """One file of the bindings, with its declarations: what it makes of a resource or a data source."""

    def __init__(self, code: str, declared: str) -> None:
        interfaces = INTERFACE.findall(declared)
        self.required = {name: {p: q == "" for p, q in PROPERTY.findall(body)} for name, body in interfaces}
        self.values: dict[str, dict[str, list[str]]] = {}
        for name, body in interfaces:
            for told, argument in DOCUMENTED.findall(body):
                if found := VALUES.search(told):
                    self.values.setdefault(name, {})[argument] = re.findall(r'"([^"]+)"', found[1])
        self.functions = {upper(name): body for name, body in FUNCTION.findall(code)}
        self.classes = {name: (kind, body) for name, kind, body in CLASS.findall(code)}

    def schemas(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Kind, Terraform's name and schema of each resource, data source and provider in here."""
        for name, (kind, body) in self.classes.items():
            if kind not in ("TerraformResource", "TerraformDataSource", "TerraformProvider"):
                continue
            written = re.search(r"^    synthesizeHclAttributes\(\) \{\n(.*?)^    \}", body, re.M | re.S)
            block = self.block(f"{name}Config", written[1] if written else "", name)
            for told in block["attrs"].values() if kind == "TerraformProvider" else ():
                told.pop("c", None)  # a provider has nothing to read
            for each in COMPUTED_TOO if kind != "TerraformProvider" else ():
                if each in block["attrs"] and "r" not in block["attrs"][each]:
                    block["attrs"][each]["oc"] = 1
                    block["attrs"][each].pop("c", None)
            named = re.search(r"terraformResourceType: '(\w+)'", body)
            yield kind, named[1] if named else "provider", block

    def block(self, struct: str, body: str, owner: str) -> dict[str, Any]:
        """Arguments and blocks of a block; `r` is required, `c` read-only, `e` the values that are documented."""
        attributes: dict[str, Any] = {}
        blocks: dict[str, Any] = {}
        for found in ARGUMENT.finditer(body):
            camel = re.search(r"(?:struct|this)[!.]+_?(\w+)(?:\.internalValue)?\)*$", found["value"])
            name = camel[1] if camel else ""
            required = self.required.get(struct, {}).get(name, False)
            below = re.search(r"(?<!cdk\.)\b(\w+)ToHclTerraform", found["value"])
            held = upper(below[1]) if below else ""
            if found["is_block"] == "true":
                is_single = found["kind"] == "struct"
                many = is_single or "listMapperHcl" in found["value"]
                inner = self.block(held, self.functions.get(held, ""), f"{held}OutputReference")
                nesting = "single" if is_single else found["kind"]
                blocks[found["name"]] = {"nest": nesting, "min": int(required), "max": 0 if many else 1, **inner}
                continue
            kind = type_of(found["kind"], found["stored"])
            if held in self.functions:  # an argument that holds objects
                fields = {a["name"]: type_of(a["kind"], a["stored"]) for a in ARGUMENT.finditer(self.functions[held])}
                kind = [found["kind"] if found["kind"] in ("list", "set", "map") else "list", ["object", fields]]
            attributes[found["name"]] = {"t": kind} | ({"r": 1} if required else {})
            if name in self.values.get(struct, {}):
                attributes[found["name"]]["e"] = self.values[struct][name]
        for name, kind in self.readable(owner).items():
            if name not in attributes and name not in blocks:
                attributes[name] = {"t": kind, "c": 1}
        return {"attrs": attributes, "blocks": blocks}

    def readable(self, owner: str, seen: tuple[str, ...] = ()) -> dict[str, Any]:
        """Everything that can be read of a block, what is only known after the apply among it, with its type."""
        if owner not in self.classes:
            return {}
        body, out = self.classes[owner][1], {}
        holds = {f: (c, n) for f, c, n in re.findall(r" (?:this\.)?_(\w+) = new ([\w.]+)\(this, \"(\w+)\"", body)}
        sets = set(re.findall(r" (?:this\.)?_(\w+) = new [\w.]+\(this, \"\w+\", true\)", body))
        for name, code in GETTER.findall(body):
            if found := re.search(r"this\.get(\w+)Attribute\('(\w+)'\)", code):
                out[found[2]] = READ.get(found[1], "dynamic")
                if "tolist" in code and isinstance(out[found[2]], list):
                    out[found[2]] = ["set", out[found[2]][1]]
            elif (found := re.search(r"return this\._(\w+);", code)) and name == found[1] and name in holds:
                held, written = holds[name]
                inner = re.sub(r"(List|OutputReference|Map)$", "", held) + "OutputReference"
                if held.startswith("cdk.") or inner in seen:
                    out[written] = HELD.get(held, "dynamic")
                else:
                    fields = self.readable(inner, (*seen, inner))
                    out[written] = ["set" if name in sets else "list", ["object", fields]]
        return out


def main(wheel: str, out: str, *wanted: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = next(name for name in archive.namelist() if name.endswith(".jsii.tgz"))
        inside = archive.read(packed)
    files = {}
    folders = {re.sub(r"^google|[._]", "", name) for name in wanted} | {"provider"}
    with tarfile.open(fileobj=io.BytesIO(inside)) as archive:
        for member in archive:
            path = re.fullmatch(r"package/lib/([\w-]+)/index\.(js|d\.ts)", member.name)
            if path and path[1].replace("-", "") in folders:
                text = archive.extractfile(member).read().decode()  # type: ignore[union-attr]
                files[path[1], path[2]] = re.sub(r"\bcdkt[fn]\.", "cdk.", text)
    schema: dict[str, Any] = {"version": "", "config": {}, "resources": {}, "data": {}}
    for folder, kind_of_file in sorted(files):
        if kind_of_file != "js":
            continue
        code = files[folder, "js"]
        if version := re.search(r"providerVersion: '([\d.]+)'", code):
            schema["version"] = version[1]
        for kind, name, block in Module(code, files[folder, "d.ts"]).schemas():
            if kind == "TerraformProvider":
                schema["config"] = block
            elif kind == "TerraformResource" and name in wanted:
                schema["resources"][name] = block
            elif kind == "TerraformDataSource" and f"data.{name}" in wanted:
                schema["data"][name] = block
    Path(out).write_text(json.dumps(schema, separators=(",", ":"), sort_keys=True) + "\n", "utf-8")
    lacks = set(wanted) - set(schema["resources"]) - {f"data.{name}" for name in schema["data"]}
    print(f"{schema['version']}: {len(schema['resources'])} resources, {len(schema['data'])} data sources", *lacks)


if __name__ == "__main__":
    main(*sys.argv[1:])
