"""The simulated company: its people, roles, instances and functions. Everybody else in the simulator acts as these."""

from dataclasses import dataclass

from simulator.identities import Function, Instance, Person, Role
from simulator.networks import FUNCTION_ADDRESSES, NAT_A, NAT_B
from simulator.randomness import Ids, stream


@dataclass(frozen=True)
class Company:
    """All identities of one simulated account."""

    admin: Person
    developers: tuple[Person, Person, Person]
    operator: Person
    new_hire: Person
    backup_user: Person
    developer_role: Role
    operator_role: Role
    analyst_role: Role
    deploy_role: Role
    web_role: Role
    config_role: Role
    autoscaling_role: Role
    web_instances: tuple[Instance, Instance]
    scaled_instance: Instance
    worker_instances: tuple[Instance, Instance]
    functions: tuple[Function, Function, Function]

    @classmethod
    def new(cls, seed: int) -> "Company":
        """Make the company of a seed: the names are always the same, the ids are the seed's."""
        ids = Ids(stream(seed, "company"))
        web_role = Role.new("web-server", ids)
        worker_role = Role.new("order-worker", ids)

        def instance(role: Role, address: str, host: str) -> Instance:
            return Instance(f"i-{ids.hexadecimal(17)}", role, address, f"10.20.{host}")

        def function(name: str, addresses: tuple[str, ...]) -> Function:
            return Function(name, Role.new(f"{name}-execution", ids), addresses)

        return cls(
            admin=Person.new("amara.okafor", ids),
            developers=(Person.new("jonas.weber", ids), Person.new("priya.nair", ids), Person.new("diego.santos", ids)),
            operator=Person.new("tom.becker", ids),
            new_hire=Person.new("noor.haddad", ids),
            backup_user=Person.new("backup-sync", ids),
            developer_role=Role.new("developer", ids),
            operator_role=Role.new("operations", ids),
            analyst_role=Role.new("data-analyst", ids),
            deploy_role=Role.new("terraform-deploy", ids),
            web_role=web_role,
            config_role=Role.new("AWSServiceRoleForConfig", ids, "/aws-service-role/config.amazonaws.com/"),
            autoscaling_role=Role.new(
                "AWSServiceRoleForAutoScaling", ids, "/aws-service-role/autoscaling.amazonaws.com/"
            ),
            web_instances=(instance(web_role, NAT_A, "1.14"), instance(web_role, NAT_B, "2.31")),
            scaled_instance=instance(web_role, NAT_A, "1.87"),
            worker_instances=(instance(worker_role, NAT_A, "1.52"), instance(worker_role, NAT_B, "2.66")),
            functions=(
                function("order-api", (NAT_A, NAT_B)),
                function("thumbnailer", FUNCTION_ADDRESSES),
                function("invoice-mailer", FUNCTION_ADDRESSES[:1]),
            ),
        )
