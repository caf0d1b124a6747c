"""A trained policy as ONNX, for programs that have neither numpy nor torch.

    python -m agents.export runs/default-0-1/policies/shared policy.onnx

The graph takes `rows` (B, D) and gives `scores` (B, A) of all actions, legal or not, and `values` (B,).
It is made for the number of states that the policy was trained among. Needs the extra `onnx`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from balance_env.commands import refused, writable
from balance_env.policies import LearnedPolicy, load_policy

from .network import Looking

OPSET = 18


def write_onnx(policy: LearnedPolicy, path: Path) -> None:
    """Write the policy's network, with the hash of its weights in the file's metadata."""
    import onnx

    module = Looking(policy.architecture)
    module.load_state_dict({f"weights.{name}": torch.as_tensor(array) for name, array in policy.weights.items()})
    rows = torch.rand(2, policy.architecture.row_size)
    program = torch.onnx.export(
        module.eval(), (rows,), dynamo=True, opset_version=OPSET, verbose=False,
        input_names=["rows"], output_names=["scores", "values"], dynamic_shapes=({0: torch.export.Dim("batch")},),
    )  # fmt: skip
    assert program is not None
    model = program.model_proto
    onnx.helper.set_model_props(model, {"weights_sha256": policy.card["weights"]["sha256"]})
    onnx.save(model, path)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command `python -m agents.export`."""
    parser = argparse.ArgumentParser(prog="python -m agents.export", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("policy", help="a policy folder")
    parser.add_argument("file", type=writable, help="the file to write, which must not exist")
    given = parser.parse_args(arguments)
    try:
        if given.file.exists():
            raise ValueError(f"{given.file} exists: name another file")
        write_onnx(load_policy(given.policy), given.file)
    except ValueError as error:
        return refused(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
