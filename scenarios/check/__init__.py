"""Do a scenario's words mean something in a model? Every misspelt word with its address and near match."""

from scenarios.check.find import check_against as check_against
from scenarios.check.find import find_problems as find_problems
from scenarios.check.vocabulary import VariableWords as VariableWords
from scenarios.check.vocabulary import Vocabulary as Vocabulary
from scenarios.check.vocabulary import vocabulary_of as vocabulary_of
