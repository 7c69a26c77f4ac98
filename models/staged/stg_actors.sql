with cleaned as (

  select
    id as movie_id,
    {{ clean_text('name') }} as actor_name,
    {{ clean_text('role') }} as character_name
  from {{ source('letterboxd', 'actors') }}

)

select distinct
  movie_id,
  actor_name,
  character_name
from cleaned
where movie_id in (select movie_id from {{ ref('stg_movies') }})
