"""A provider of Terraform's that has a real provider's attributes and blocks, and calls nobody.

    provider.py SCHEMAS.json

Terraform starts it as a plugin (protocol version 6). Plans leave computed attributes unknown, applies invent them, data
sources answer with KNOWN. It validates nothing but names and types: what a real provider or cloud would refuse passes.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
import msgpack
import tfplugin6_pb2 as protocol

MAGIC_COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
NESTING = {"single": 1, "list": 2, "set": 3, "map": 4}
UNKNOWN = msgpack.ExtType(0, b"\x00")
ACCOUNT = "123456789012"
KNOWN = {
    ("aws_caller_identity", "account_id"): ACCOUNT,
    ("aws_caller_identity", "arn"): f"arn:aws:iam::{ACCOUNT}:root",
    ("aws_partition", "partition"): "aws",
    ("aws_partition", "dns_suffix"): "amazonaws.com",
}


def block(schema: dict, is_provider: bool = False) -> protocol.Schema.Block:
    message = protocol.Schema.Block()
    for name, attribute in schema["attributes"].items():
        if is_provider and name == "alias":
            continue
        message.attributes.add(
            name=name, type=json.dumps(attribute["type"]).encode(), required=attribute["required"],
            optional=not attribute["required"] and (attribute["optional"] or not attribute["computed"]),
            computed=attribute["computed"] and not is_provider)
    for name, nested in schema["blocks"].items():
        has_count = nested["nesting"] in ("list", "set")
        message.block_types.add(
            type_name=name, block=block(nested["block"]), nesting=NESTING[nested["nesting"]],
            min_items=nested["min"] if has_count else 0, max_items=nested["max"] if has_count else 0)
    return message


def decode(value: protocol.DynamicValue):
    if value.json:
        return json.loads(value.json)
    if value.msgpack:
        return msgpack.unpackb(value.msgpack, ext_hook=msgpack.ExtType, strict_map_key=False)
    return None


def encode(value) -> protocol.DynamicValue:
    return protocol.DynamicValue(msgpack=msgpack.packb(value))


class Provider:
    """The calls that Terraform makes."""

    def __init__(self, schemas: dict, stop) -> None:
        self.schemas = schemas
        self.stop = stop

    def computed(self, kind: str, type_name: str) -> dict:
        attributes = self.schemas[kind][type_name]["attributes"]
        return {name: attribute for name, attribute in attributes.items()
                if attribute["computed"] and attribute["type"] != "dynamic"}

    @staticmethod
    def invented(type_name: str, name: str, kind):
        if (type_name, name) in KNOWN:
            return KNOWN[type_name, name]
        if kind == "string":
            is_arn = name == "arn" or name.endswith("_arn")
            return f"arn:aws:stub:us-east-1:{ACCOUNT}:{type_name}" if is_arn else f"stub-{name}"
        if isinstance(kind, list):
            return {} if kind[0] == "map" else []
        return {"number": 0, "bool": False}.get(kind)

    def get_schema(self, request, context):
        response = protocol.SchemaResponse()
        response.provider.block.CopyFrom(block(self.schemas["provider"], is_provider=True))
        for name, schema in self.schemas["resources"].items():
            response.resource_schemas[name].block.CopyFrom(block(schema))
        for name, schema in self.schemas["data"].items():
            response.data_source_schemas[name].block.CopyFrom(block(schema))
        return response

    def plan(self, request, context):
        new, prior = decode(request.proposed), decode(request.prior)
        if new is not None and prior is None:
            for name in self.computed("resources", request.type_name):
                if new.get(name) is None:
                    new[name] = UNKNOWN
        return protocol.ChangeResponse(state=encode(new))

    def apply(self, request, context):
        new = decode(request.proposed)
        if new is not None:
            for name, attribute in self.computed("resources", request.type_name).items():
                if isinstance(new.get(name), msgpack.ExtType):
                    new[name] = self.invented(request.type_name, name, attribute["type"])
        return protocol.ChangeResponse(state=encode(new))

    def read_data(self, request, context):
        state = decode(request.value)
        for name, attribute in self.computed("data", request.type_name).items():
            if state.get(name) is None:
                state[name] = self.invented(request.type_name, name, attribute["type"])
        return protocol.StateResponse(state=encode(state))

    def methods(self) -> dict:
        fine = lambda request, context: protocol.Diagnostics()  # noqa: E731
        return {
            "GetProviderSchema": (self.get_schema, protocol.Empty),
            "ValidateProviderConfig": (lambda request, context: protocol.ProviderDiagnostics(), protocol.Empty),
            "ConfigureProvider": (fine, protocol.Empty),
            "ValidateResourceConfig": (fine, protocol.Empty),
            "ValidateDataResourceConfig": (fine, protocol.Empty),
            "UpgradeResourceState": (
                lambda request, context: protocol.StateResponse(state=protocol.DynamicValue(json=request.raw.json)),
                protocol.ReadRequest),
            "ReadResource": (
                lambda request, context: protocol.StateResponse(state=request.value), protocol.ReadRequest),
            "PlanResourceChange": (self.plan, protocol.ChangeRequest),
            "ApplyResourceChange": (self.apply, protocol.ChangeRequest),
            "ReadDataSource": (self.read_data, protocol.ReadRequest),
            "StopProvider": (lambda request, context: protocol.Empty(), protocol.Empty),
        }

    def shutdown(self, request, context):
        self.stop()
        return protocol.Empty()


def main() -> None:
    if os.environ.get("TF_PLUGIN_MAGIC_COOKIE") != MAGIC_COOKIE:
        sys.exit("this is a plugin: terraform starts it")
    with open(sys.argv[1], encoding="utf-8") as file:
        schemas = json.load(file)
    server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.max_send_message_length", 256 << 20)])
    provider = Provider(schemas, stop=lambda: server.stop(0))

    def handler(call, request_type):
        return grpc.unary_unary_rpc_method_handler(
            call, request_deserializer=request_type.FromString,
            response_serializer=lambda message: message.SerializeToString())

    server.add_generic_rpc_handlers((
        grpc.method_handlers_generic_handler(
            "tfplugin6.Provider", {name: handler(*method) for name, method in provider.methods().items()}),
        grpc.method_handlers_generic_handler(
            "plugin.GRPCController", {"Shutdown": handler(provider.shutdown, protocol.Empty)}),
    ))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"1|6|tcp|127.0.0.1:{port}|grpc|", flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main()
