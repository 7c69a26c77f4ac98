"""The tables of the data set as the peers are told of them: they read declared types too, and guess nothing."""

TABLES = {
    "movies": {"id": "integer", "name": "text", "date": "integer", "tagline": "text", "description": "text",
               "minute": "integer", "rating": "real"},
    "actors": {"id": "integer", "name": "text", "role": "text"},
    "crew": {"id": "integer", "role": "text", "name": "text"},
    "releases": {"id": "integer", "country": "text", "date": "date", "type": "text", "rating": "text"},
    "genres": {"id": "integer", "genre": "text"},
    "languages": {"id": "integer", "type": "text", "language": "text"},
    "countries": {"id": "integer", "country": "text"},
    "studios": {"id": "integer", "studio": "text"},
    "themes": {"id": "integer", "theme": "text"},
}
