"""OpenFisca's part of bench/triggers.py, in the measuring environment: only "above on 3 days in a row", no machine.

A day is a period; the variable looks at the indicator of the day and of the two days before.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import date, timedelta

import numpy as np
from openfisca_core import entities, periods, simulations, taxbenefitsystems, variables

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
            today = areas("incidence", period) > 100
            before = areas("incidence", period.offset(-1)) > 100
            return today & before & (areas("incidence", period.offset(-2)) > 100)

    system.add_variables(incidence, above)
    simulation = simulations.SimulationBuilder().build_default_simulation(system, areas)
    chance = np.random.default_rng(28)
    level = chance.uniform(40, 160, areas)
    for row in range(days):
        level += chance.normal(0, 6, areas) + (100 - level) * 0.02
        simulation.set_input("incidence", str(FIRST + timedelta(days=row)), np.round(np.abs(level), 10))
    began = time.perf_counter()
    held = sum(int(simulation.calculate("above", str(FIRST + timedelta(days=row))).sum()) for row in range(days))
    seconds = time.perf_counter() - began
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "changes": held, "mib": mib}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
