from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, EmailStr, Field

Email = Annotated[EmailStr, AfterValidator(str.lower)]
# Long enough to resist guessing, short enough not to be a burden to hash.
Password = Annotated[str, Field(min_length=12, max_length=100)]


class Registration(BaseModel):
    email: Email
    password: Password
    name: Annotated[str, Field(min_length=1, max_length=100)]


class PasswordChange(BaseModel):
    current_password: Annotated[str, Field(max_length=100)]
    new_password: Password


class Token(BaseModel):
    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: Annotated[int, Field(description="Seconds")]
