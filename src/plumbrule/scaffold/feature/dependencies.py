async def [[ names.singular ]]_service(user: CurrentUser, session: Session) -> [[ names.model ]]Service:
    return [[ names.model ]]Service(session, owner_id=user.id)


[[ names.models ]] = Annotated[[[ names.model ]]Service, Depends([[ names.singular ]]_service)]
