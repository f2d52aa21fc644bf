"""Networks whose circuits have equal parts."""

from tests.networks import LOG, TRIGGER, random_network, symmetric

NETWORKS = {
    "momenta": random_network(n=3, hidden=1),
    "symmetric": symmetric(random_network(n=4, hidden=2, rounding="AP_TRN", seed=3)),
    "trigger": symmetric(random_network(n=4, hidden=2, rounding="AP_TRN", form=TRIGGER)),
    "logarithmic": symmetric(random_network(n=4, hidden=1, rounding="AP_TRN", form=LOG)),
}
