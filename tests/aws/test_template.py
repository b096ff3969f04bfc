"""The control plane's template: these resources and no others, with no more rights than each needs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

INFRA = Path(__file__).parents[2] / "infra"

KEPT = {"Artifacts": "AWS::S3::Bucket", "ArtifactsPolicy": "AWS::S3::BucketPolicy", "Fleet": "AWS::DynamoDB::Table"}
NETWORK = {
    "Network": "AWS::EC2::VPC",
    "Gateway": "AWS::EC2::InternetGateway",
    "GatewayAttachment": "AWS::EC2::VPCGatewayAttachment",
    "SubnetA": "AWS::EC2::Subnet",
    "SubnetB": "AWS::EC2::Subnet",
    "Routes": "AWS::EC2::RouteTable",
    "RouteOut": "AWS::EC2::Route",
    "RoutesOfSubnetA": "AWS::EC2::SubnetRouteTableAssociation",
    "RoutesOfSubnetB": "AWS::EC2::SubnetRouteTableAssociation",
    "AgentsOutOnly": "AWS::EC2::SecurityGroup",
}
AGENTS = {
    "Images": "AWS::ECR::Repository",
    "Cluster": "AWS::ECS::Cluster",
    "AgentLogs": "AWS::Logs::LogGroup",
    "AgentStartRole": "AWS::IAM::Role",
    "AgentPolicy": "AWS::IAM::ManagedPolicy",
    "DesignerRole": "AWS::IAM::Role",
    "SelectorRole": "AWS::IAM::Role",
    "ResearcherRole": "AWS::IAM::Role",
    "DeployerRole": "AWS::IAM::Role",
    "DesignerTask": "AWS::ECS::TaskDefinition",
    "SelectorTask": "AWS::ECS::TaskDefinition",
    "ResearcherTask": "AWS::ECS::TaskDefinition",
    "DeployerTask": "AWS::ECS::TaskDefinition",
    "PipelineRole": "AWS::IAM::Role",
    "Pipeline": "AWS::Serverless::StateMachine",
}
CHAT = {
    "WebhookLogs": "AWS::Logs::LogGroup",
    "WebhookRole": "AWS::IAM::Role",
    "Webhook": "AWS::Serverless::Function",
    "NotifierLogs": "AWS::Logs::LogGroup",
    "NotifierRole": "AWS::IAM::Role",
    "Notifier": "AWS::Serverless::Function",
}
LIMITS = {
    "BotBoundary": "AWS::IAM::ManagedPolicy",
    "BotStackRole": "AWS::IAM::Role",
    "Spending": "AWS::SNS::Topic",
    "SpendingPolicy": "AWS::SNS::TopicPolicy",
    "Budget": "AWS::Budgets::Budget",
}
NAMELESS = {"ecr:GetAuthorizationToken"}  # AWS knows no resource for these
COMMON = {
    "s3:GetObject",
    "s3:PutObject",
    "s3:ListBucket",
    "states:SendTaskSuccess",
    "states:SendTaskFailure",
    "states:SendTaskHeartbeat",
}
MODELS = {"bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"}
BOTS = "botyard-bot-${Environment}-*"


@pytest.fixture(scope="module")
def resources(template):
    return template["Resources"]


@pytest.fixture(scope="module")
def bot_resources():
    from cfnlint.decode.decode import decode

    read, problems = decode(str(INFRA / "bot.yaml"))
    assert not problems
    return read["Resources"]


def as_list(value):
    return value if isinstance(value, list) else [value]


def statements(resource):
    """Every statement of a resource's own policies."""
    properties = resource.get("Properties", {})
    documents = [p["PolicyDocument"] for p in properties.get("Policies", [])]
    documents += [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
    return [s for document in documents for s in document["Statement"]]


def allowed(resources, name):
    """Map each allowed action of a role, its managed policies included, to the text of its resources."""
    managed = [r["Ref"] for r in resources[name]["Properties"].get("ManagedPolicyArns", [])]
    found = {}
    for s in [s for each in (name, *managed) for s in statements(resources[each])]:
        for action in as_list(s["Action"]):
            found.setdefault(action, []).extend(json.dumps(r) for r in as_list(s["Resource"]))
    return found


def every_statement(resources):
    return [(name, s) for name, r in resources.items() for s in statements(r)]


def test_there_are_these_resources_and_no_others(resources):
    assert {n: r["Type"] for n, r in resources.items()} == {**KEPT, **NETWORK, **AGENTS, **CHAT, **LIMITS}


def test_cfn_lint_has_nothing_to_say():
    program = Path(sys.executable).with_name("cfn-lint")
    templates = [str(path) for path in sorted(INFRA.glob("*.yaml")) if path.name != "checkov.yaml"]
    assert [Path(path).name for path in templates] == ["bot.yaml", "template.yaml"]
    done = subprocess.run([program, *templates], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_no_right_is_for_everything(resources, bot_resources):
    every = every_statement(resources) + every_statement(bot_resources)
    loose = [
        (name, s)
        for name, s in every
        if s["Effect"] == "Allow"
        and ("*" in as_list(s["Resource"]) or any("*" in a for a in as_list(s["Action"])))
        and not set(as_list(s["Action"])) <= NAMELESS
    ]
    assert not loose
    assert not [s for _, s in every if {"NotAction", "NotResource", "NotPrincipal"} & set(s)]


def test_no_bot_may_more_than_the_boundary_or_reach_another_bots_items(resources, bot_resources):
    most = set(allowed(resources, "BotBoundary"))
    rights = [s for _, s in every_statement(bot_resources)]
    assert {action for s in rights for action in as_list(s["Action"])} <= most
    keys = [s["Condition"] for s in rights if any(a.startswith("dynamodb:") for a in as_list(s["Action"]))]
    assert keys == [
        {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [{"Fn::Sub": "bot#${Bot}"}]}},
        {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["fleet"]}},
    ]
    assert bot_resources["Role"]["Properties"]["PermissionsBoundary"] == {"Ref": "Boundary"}


def test_roles_are_passed_on_to_one_service_only(resources):
    passing = [s for _, s in every_statement(resources) if "iam:PassRole" in as_list(s["Action"])]
    services = sorted(s["Condition"]["StringEquals"]["iam:PassedToService"] for s in passing)
    assert services == ["cloudformation.amazonaws.com", "ecs-tasks.amazonaws.com", "lambda.amazonaws.com"]


def test_each_role_is_for_one_service(resources):
    trusted = {
        name: [s["Principal"]["Service"] for s in r["Properties"]["AssumeRolePolicyDocument"]["Statement"]]
        for name, r in resources.items()
        if r["Type"] == "AWS::IAM::Role"
    }
    tasks = ["AgentStartRole", "DesignerRole", "SelectorRole", "ResearcherRole", "DeployerRole"]
    assert trusted == {
        **{key: ["ecs-tasks.amazonaws.com"] for key in tasks},
        "PipelineRole": ["states.amazonaws.com"],
        "WebhookRole": ["lambda.amazonaws.com"],
        "NotifierRole": ["lambda.amazonaws.com"],
        "BotStackRole": ["cloudformation.amazonaws.com"],
    }


def test_each_agent_may_do_its_own_work_only(resources):
    trials = {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"}
    assert set(allowed(resources, "DesignerRole")) == COMMON | MODELS
    assert set(allowed(resources, "SelectorRole")) == COMMON
    assert set(allowed(resources, "ResearcherRole")) == COMMON | trials
    deployer = set(allowed(resources, "DeployerRole"))
    assert deployer >= COMMON | MODELS
    assert {a.split(":")[0] for a in deployer - COMMON - MODELS} == {"cloudformation", "dynamodb", "iam", "lambda"}


def holders(resources, prefix):
    return {
        name
        for name, r in resources.items()
        if r["Type"].startswith("AWS::IAM::")
        and any(a.startswith(prefix) for s in statements(r) for a in as_list(s["Action"]))
    }


def test_models_and_stacks_are_for_those_who_need_them(resources):
    assert holders(resources, "bedrock:") == {"DesignerRole", "DeployerRole"}
    assert holders(resources, "cloudformation:") == {"DeployerRole", "BotStackRole", "WebhookRole", "NotifierRole"}
    for role in ("WebhookRole", "NotifierRole"):  # a bot that is killed leaves no stack behind
        rights = {a: r for a, r in allowed(resources, role).items() if a.startswith("cloudformation:")}
        assert list(rights) == ["cloudformation:DeleteStack"]
        assert all(BOTS in r for r in rights["cloudformation:DeleteStack"])
    assert holders(resources, "iam:Create") == {"BotStackRole"}
    assert holders(resources, "ecs:") == {"PipelineRole"}


def test_only_bots_read_exchange_keys_and_only_the_chat_reads_its_token(resources):
    readers = {n: allowed(resources, n)["ssm:GetParameter"] for n in holders(resources, "ssm:")}
    assert set(readers) == {"BotBoundary", "WebhookRole", "NotifierRole"}
    assert all("/keys/*" in r for r in readers["BotBoundary"])
    for role in ("WebhookRole", "NotifierRole"):
        assert all("parameter/botyard/${Environment}/telegram/" in r for r in readers[role])


def test_the_deployer_reaches_bots_alone(resources):
    rights = allowed(resources, "DeployerRole")
    for action in rights:
        if action.startswith(("cloudformation:", "lambda:")):
            assert all(
                BOTS in r or "transform/Serverless-2016-10-31" in r or r == '{"Fn::GetAtt": ["Notifier", "Arn"]}'
                for r in rights[action]
            ), action
    assert rights["iam:PassRole"] == ['{"Fn::GetAtt": ["BotStackRole", "Arn"]}']


def test_roles_of_bots_are_made_under_the_boundary_only(resources):
    stacks = statements(resources["BotStackRole"])
    named = [s for s in stacks if any(a.startswith("iam:") for a in as_list(s["Action"]))]
    assert all(BOTS in json.dumps(s["Resource"]) for s in named)
    widening = {"iam:CreateRole", "iam:PutRolePolicy"}
    for s in stacks:
        if widening & set(as_list(s["Action"])):
            assert s["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": {"Ref": "BotBoundary"}}}
    forbidden = {"iam:AttachRolePolicy", "iam:DeleteRolePermissionsBoundary", "iam:UpdateAssumeRolePolicy"}
    assert not forbidden & set(allowed(resources, "BotStackRole"))


def test_agents_have_a_way_out_and_none_in(resources):
    group = resources["AgentsOutOnly"]["Properties"]
    assert "SecurityGroupIngress" not in group
    assert [(e["FromPort"], e["ToPort"]) for e in group["SecurityGroupEgress"]] == [(443, 443)]
    assert not [n for n, r in resources.items() if r["Type"] in ("AWS::EC2::NatGateway", "AWS::EC2::EIP")]


def test_logs_are_forgotten_after_a_fortnight(resources):
    days = {n: r["Properties"]["RetentionInDays"] for n, r in resources.items() if r["Type"] == "AWS::Logs::LogGroup"}
    assert days == {"AgentLogs": 14, "WebhookLogs": 14, "NotifierLogs": 14}


def test_artifacts_are_private_encrypted_and_versioned(resources):
    bucket = resources["Artifacts"]["Properties"]
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert bucket["LifecycleConfiguration"]["Rules"][0]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    (deny,) = statements(resources["ArtifactsPolicy"])
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_the_fleet_is_paid_by_use_and_can_be_brought_back(resources):
    table = resources["Fleet"]
    assert table["DeletionPolicy"] == "Retain"
    assert table["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


@pytest.mark.parametrize("agent", ["Designer", "Selector", "Researcher", "Deployer"])
def test_each_agent_has_its_own_task_role_and_limits(resources, agent):
    task = resources[f"{agent}Task"]["Properties"]
    (container,) = task["ContainerDefinitions"]
    names = {e["Name"] for e in container["Environment"]}
    assert task["TaskRoleArn"] == {"Fn::GetAtt": [f"{agent}Role", "Arn"]}
    assert task["RuntimePlatform"]["CpuArchitecture"] == "X86_64"
    assert 1024 <= int(task["Memory"]) <= 4096
    assert container["Name"] == "agent"
    assert container["ReadonlyRootFilesystem"] is True
    assert ("BOTYARD_MODEL" in names) == (agent in ("Designer", "Deployer"))


def test_agents_run_on_fargate_where_the_parameter_says(resources):
    cluster = resources["Cluster"]["Properties"]
    (strategy,) = cluster["DefaultCapacityProviderStrategy"]
    assert strategy["CapacityProvider"] == {"Fn::If": ["OnSpot", "FARGATE_SPOT", "FARGATE"]}


def test_one_image_serves_all_agents(resources):
    images = {
        json.dumps(r["Properties"]["ContainerDefinitions"][0]["Image"])
        for r in resources.values()
        if r["Type"] == "AWS::ECS::TaskDefinition"
    }
    assert images == {'{"Fn::Sub": "${Images.RepositoryUri}:${ImageTag}"}'}


def test_spending_is_told(resources):
    budget = resources["Budget"]["Properties"]
    kinds = {n["Notification"]["NotificationType"] for n in budget["NotificationsWithSubscribers"]}
    assert kinds == {"ACTUAL", "FORECASTED"}
    assert resources["Notifier"]["Properties"]["Events"]["Spending"]["Properties"]["Topic"] == {"Ref": "Spending"}
