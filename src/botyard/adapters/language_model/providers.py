"""The vendors' clients behind pydantic-ai. Each makes one attempt per call: patience.py does the rest."""

import os
from typing import Any
from urllib.parse import urlsplit

from botyard.adapters.language_model.setting import ModelSetting
from botyard.errors import UserError

CONNECT_SECONDS = 10.0
READ_SECONDS = 240.0


def open_model(setting: ModelSetting, read_seconds: float = READ_SECONDS) -> Any:
    """Make the pydantic-ai model, with clients that belong to the running event loop.

    Raises: UserError when the vendor's own settings are missing.
    """
    makers = {"bedrock": _bedrock, "anthropic": _anthropic, "openai": _openai}
    return makers[setting.provider](setting, read_seconds)


def _bedrock(setting: ModelSetting, read_seconds: float) -> Any:
    import boto3  # type: ignore[import-untyped]
    from botocore.config import Config  # type: ignore[import-untyped]
    from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped]
    from pydantic_ai.models.bedrock import BedrockConverseModel
    from pydantic_ai.providers.bedrock import BedrockProvider

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"total_max_attempts": 1, "mode": "standard"},  # max_attempts would count one more
    )
    try:
        region = os.environ.get("AWS_REGION") or None  # Lambda's and ECS's word for it; boto3 reads AWS_DEFAULT_REGION
        client = boto3.Session().client(
            "bedrock-runtime", region_name=region, endpoint_url=setting.url or None, config=config
        )
    except BotoCoreError as e:
        raise UserError(f"Bedrock cannot be reached: {e} Set AWS_REGION, and AWS_PROFILE or AWS_ACCESS_KEY_ID.") from e
    return BedrockConverseModel(setting.model, provider=BedrockProvider(bedrock_client=client))


def _anthropic(setting: ModelSetting, read_seconds: float) -> Any:
    from anthropic import AsyncAnthropic, Timeout
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    client = AsyncAnthropic(
        base_url=setting.url or None, max_retries=0, timeout=Timeout(read_seconds, connect=CONNECT_SECONDS)
    )
    return AnthropicModel(setting.model, provider=AnthropicProvider(anthropic_client=client))


def _openai(setting: ModelSetting, read_seconds: float) -> Any:
    from openai import AsyncOpenAI, Timeout
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.profiles.openai import OpenAIModelProfile
    from pydantic_ai.providers.openai import OpenAIProvider

    client = AsyncOpenAI(
        base_url=_versioned(setting.url) if setting.url else None,
        api_key=os.environ.get("OPENAI_API_KEY") or "none-needed",
        max_retries=0,
        timeout=Timeout(read_seconds, connect=CONNECT_SECONDS),
    )
    # the newer name of max_tokens is known to OpenAI alone
    profile = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=not setting.is_own_server)
    provider = OpenAIProvider(openai_client=client)
    return OpenAIChatModel(setting.model, provider=provider, profile=profile if setting.is_own_server else None)


def _versioned(url: str) -> str:
    """Add the /v1 that such servers serve under, where the address has no path."""
    return url if urlsplit(url).path.strip("/") else url.rstrip("/") + "/v1"
