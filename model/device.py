"""The device on which a run computes."""

from __future__ import annotations

import torch

from turncheck.engine.visible import cut, quoted


class DeviceError(ValueError):
    """PyTorch cannot compute on a device, or knows none of that name.

    Attributes:
        name: the name that was given.
        fault: what PyTorch says.
    """

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(name, fault)
        self.name, self.fault = name, fault

    def __str__(self) -> str:
        demand = f"a device must be one on which PyTorch can compute here, got {quoted(self.name)}"
        return f"{demand}: {self.fault}: leave it out for cpu"


def check_device(name: str) -> None:
    """Check that PyTorch can compute on the device of that name, such as `cpu` or `cuda:1`.

    Raises:
        DeviceError: it cannot.
    """
    try:
        torch.zeros(1, device=name).sum().item()
    except Exception as error:  # each kind of device raises its own
        raise DeviceError(name, cut(str(error).partition("\n")[0], 120)) from error
