"""Adagrad with one number a table row."""

import torch


class RowAdagrad(torch.optim.Optimizer):
    """Steps only the rows that a batch touched, each by the root of its own summed squared gradients.

    A rare n-gram's row so takes larger steps than a common one's, and a step costs what the batch's rows
    cost rather than what the table costs, which is ten times as many rows or more.
    """

    def __init__(self, table, lr):
        super().__init__([table], {"lr": lr})
        self.state[table]["squares"] = torch.zeros(len(table))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for table in group["params"]:
                gradient = table.grad.coalesce()
                rows, values = gradient.indices()[0], gradient.values()
                squares = self.state[table]["squares"]
                squares[rows] += values.square().mean(1)
                scale = -group["lr"] * squares[rows].add(1e-20).rsqrt()
                table.index_add_(0, rows, values * scale.unsqueeze(1))

    def untouched(self, table):
        return self.state[table]["squares"] == 0
