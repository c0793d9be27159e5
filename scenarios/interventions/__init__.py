"""What each intervention does to a model: a scenario file becomes an arm.

Coverage, uptake, paths over years and targeting end here. What leaves this room is generic: steps with tables,
treatments, factors on hazards (:mod:`simcore.arms`).
"""

from scenarios.interventions.arms import arm_of as arm_of
from scenarios.interventions.arms import arms_of as arms_of
from scenarios.interventions.builder import decision_of as decision_of
