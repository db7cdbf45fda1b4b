"""OpenFisca's part of bench/triggers.py, in the measuring environment: only "above on 3 days in a row", no machine.

A day is a period; the variable looks at the indicator of the day and of the two days before, and at the threshold as
a parameter of the law, as is usual there.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import date, timedelta

import numpy as np
from openfisca_core import entities, parameters, periods, simulations, taxbenefitsystems, variables

FIRST = date(2015, 1, 1)


def main() -> int:
    """Evaluate the rule for each day, as the peer does it."""
    areas, days = int(sys.argv[3]), int(sys.argv[4])
    area = entities.SingleEntity("area", "areas", "An area", "")
    system = taxbenefitsystems.TaxBenefitSystem([area])

    class incidence(variables.Variable):  # noqa: N801  OpenFisca names variables so
        value_type, entity, definition_period, label = float, area, periods.DateUnit.DAY, "7-day incidence"

    class above(variables.Variable):  # noqa: N801  see above
        value_type, entity, definition_period, label = bool, area, periods.DateUnit.DAY, "above on 3 days in a row"

        def formula(areas, period, parameters):  # noqa: N805  see above
            threshold = parameters(period).threshold
            today = areas("incidence", period) > threshold
            before = areas("incidence", period.offset(-1)) > threshold
            return today & before & (areas("incidence", period.offset(-2)) > threshold)

    system.parameters = parameters.ParameterNode(data={"threshold": {"values": {"2015-01-01": {"value": 100}}}})
    system.add_variables(incidence, above)
    simulation = simulations.SimulationBuilder().build_default_simulation(system, areas)
    chance = np.random.default_rng(28)
    level = chance.uniform(40, 160, areas)
    figures = np.empty((days, areas))
    for row in range(days):
        level += chance.normal(0, 6, areas) + (100 - level) * 0.02
        figures[row] = np.round(np.abs(level), 10)
    began = time.perf_counter()
    for row in range(days):  # the product's panel is made of the same array, and that is timed too
        simulation.set_input("incidence", str(FIRST + timedelta(days=row)), figures[row])
    brought = time.perf_counter() - began
    held = sum(int(simulation.calculate("above", str(FIRST + timedelta(days=row))).sum()) for row in range(days))
    seconds = time.perf_counter() - began
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "changes": held, "mib": mib, "brought": brought}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
