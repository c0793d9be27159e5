"""What a scenario file may say: frozen types, units, ranges, sources.

A scenario is a name, a reason and a list of interventions, each one ``change``: how common an exposure is, an offer
that helps some to change, a service, fewer births, or a bound that no policy reaches. What the words mean in a model
(is there such a variable?) is checked by :mod:`scenarios.check`; docs/scenarios.md explains the language to its
readers.
"""

from scenarios.schema.composition import Births as Births
from scenarios.schema.composition import WhatIfEqual as WhatIfEqual
from scenarios.schema.composition import WhatIfResidual as WhatIfResidual
from scenarios.schema.for_editors import json_schema as json_schema
from scenarios.schema.intervention import Cost as Cost
from scenarios.schema.intervention import Costed as Costed
from scenarios.schema.intervention import Intervention as Intervention
from scenarios.schema.paths import ByYear as ByYear
from scenarios.schema.paths import Number as Number
from scenarios.schema.paths import Ramp as Ramp
from scenarios.schema.paths import Step as Step
from scenarios.schema.paths import path_over_years as path_over_years
from scenarios.schema.prevalence import Prevalence as Prevalence
from scenarios.schema.scenario import AnyIntervention as AnyIntervention
from scenarios.schema.scenario import DiscountRate as DiscountRate
from scenarios.schema.scenario import Evidence as Evidence
from scenarios.schema.scenario import Scenario as Scenario
from scenarios.schema.services import HazardRatio as HazardRatio
from scenarios.schema.support import Outcome as Outcome
from scenarios.schema.support import Relapse as Relapse
from scenarios.schema.support import Support as Support
from scenarios.schema.support import SupportEffect as SupportEffect
from scenarios.schema.words import ASSUMPTION as ASSUMPTION
from scenarios.schema.words import Sourced as Sourced
from scenarios.schema.words import Window as Window
