"""Labels of all cameras, settled: they are changed where that lowers the total cost, by moves that detectors make.

A move exchanges left and right of one level of a limb, of a limb from some level outwards, or of everything; in one
view or, where joints are astray, in all of them.
"""

from geometry._jit import inline_kernel, inner_kernel
from reconstruct.kernels.view_labels import DROP_TRUSTED, PRIOR_DROP, joint_cost
from reconstruct.kernels.view_quadratics import value

SWAP_BEGINS = 9.2
SWAP_ENDS = 4.6
SWAP_BREAKS_LIMB = 3.0
"""Prices of labels: -2 ln of 1 % of frames begin a swap, 10 % end one, a fifth of the swaps split a limb."""
_WORTH_A_LOOK = 0.5
"""Share of its price that a move must seem to win before it is tried."""


@inner_kernel
def _label_price(body, work, c):
    """Price of the labels of camera c after those of the frame before."""
    begins, ends = False, False
    price = 0.0
    for u in range(work.swapped.shape[1]):
        begins |= work.swapped[c, u] and not work.before[c, u]
        ends |= work.before[c, u] and not work.swapped[c, u]
        if body.inner[u] >= 0 and work.swapped[c, u] != work.swapped[c, body.inner[u]]:
            price += SWAP_BREAKS_LIMB
    if begins:
        price += SWAP_BEGINS
    if ends:
        price += SWAP_ENDS
    return price


@inline_kernel
def _flip(work, c, move):
    for u in range(len(move)):
        if move[u]:
            work.swapped[c, u] = not work.swapped[c, u]


@inner_kernel
def _unit_gains(body, work, c):
    """Fill what exchanging each unit of camera c would win if the joints stayed where they are now."""
    work.unit_gain[:] = 0.0
    for k in range(len(body.unit)):
        u, p = body.unit[k], body.partner[k]
        if u < 0:
            continue
        d0, d1, d2 = work.solution[k, 0], work.solution[k, 1], work.solution[k, 2]
        own = crossed = 0.0
        if work.has_own[c, k]:
            own = min(value(work.readings[0, c, k], d0, d1, d2), DROP_TRUSTED)
        if work.has_own[c, p]:
            crossed = min(value(work.readings[1, c, k], d0, d1, d2), DROP_TRUSTED)
        work.unit_gain[u] += crossed - own if work.swapped[c, u] else own - crossed


@inner_kernel
def _move_gain(body, work, c, move):
    """By how much a move of camera c lowers the cost of the joints; the labels are left as they were."""
    before = after = 0.0
    _flip(work, c, move)
    for k in range(len(body.unit)):
        if body.unit[k] >= 0 and move[body.unit[k]]:
            before += work.cost[k]
            after += joint_cost(body, work, k)[0]
    _flip(work, c, move)
    return before - after


@inner_kernel
def _move_price(body, work, c, move):
    """What a move of camera c costs as a change of labels."""
    price = -_label_price(body, work, c)
    _flip(work, c, move)
    price += _label_price(body, work, c)
    _flip(work, c, move)
    return price


@inner_kernel
def refresh_costs(body, work):
    """Cost and position of every joint under the current labels."""
    for k in range(len(body.unit)):
        cost, d0, d1, d2, _ = joint_cost(body, work, k)
        work.cost[k] = cost
        work.solution[k, 0], work.solution[k, 1], work.solution[k, 2] = d0, d1, d2


@inner_kernel
def _best_move(body, work):
    """Camera and move that win most, and how much."""
    best, best_c, best_m = 0.0, -1, -1
    for c in range(len(work.has_own)):
        _unit_gains(body, work, c)
        for m in range(len(body.moves)):
            hoped = 0.0
            for u in range(body.moves.shape[1]):
                if body.moves[m, u]:
                    hoped += work.unit_gain[u]
            price = _move_price(body, work, c, body.moves[m])
            if hoped > _WORTH_A_LOOK * price:
                gain = _move_gain(body, work, c, body.moves[m]) - price
                if gain > best:
                    best, best_c, best_m = gain, c, m
    return best_c, best_m


@inner_kernel
def _flip_everywhere(body, work, move):
    """Make a move in every view that sees something of what it exchanges."""
    for c in range(len(work.has_own)):
        sees = False
        for k in range(len(body.unit)):
            sees = sees or (body.unit[k] >= 0 and move[body.unit[k]] and work.has_own[c, k])
        if sees:
            _flip(work, c, move)


@inner_kernel
def _is_astray(body, work, move):
    """Whether the joints that a move exchanges are rather not where they were expected."""
    cost, expected = 0.0, 0
    for k in range(len(body.unit)):
        if body.unit[k] >= 0 and move[body.unit[k]] and work.has_prior[k]:
            cost += work.cost[k]
            expected += 1
    return cost > 0.5 * PRIOR_DROP * expected


@inner_kernel
def _gain_everywhere(body, work, move):
    """By how much a move in all views lowers the total cost; the labels are left as they were."""
    gain = 0.0
    for c in range(len(work.has_own)):
        gain += _label_price(body, work, c)
    _flip_everywhere(body, work, move)
    for c in range(len(work.has_own)):
        gain -= _label_price(body, work, c)
    for k in range(len(body.unit)):
        if body.unit[k] >= 0 and move[body.unit[k]]:
            gain += work.cost[k] - joint_cost(body, work, k)[0]
    _flip_everywhere(body, work, move)
    return gain


@inner_kernel
def _best_move_everywhere(body, work):
    """Move that wins most if all views make it at once, -1 for none: where all are mistaken, none can win alone."""
    best, best_m = 0.0, -1
    for m in range(len(body.moves)):
        if _is_astray(body, work, body.moves[m]):
            gain = _gain_everywhere(body, work, body.moves[m])
            if gain > best:
                best, best_m = gain, m
    return best_m


@inner_kernel
def settle_labels(body, work):
    """Change labels in `work.swapped` as long as that lowers the total cost."""
    refresh_costs(body, work)
    for _ in range(4 * len(work.has_own)):
        c, m = _best_move(body, work)
        if c >= 0:
            _flip(work, c, body.moves[m])
        else:
            m = _best_move_everywhere(body, work)
            if m < 0:
                return
            _flip_everywhere(body, work, body.moves[m])
        refresh_costs(body, work)
