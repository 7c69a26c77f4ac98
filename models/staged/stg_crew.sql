with cleaned as (

  select
    id as movie_id,
    {{ clean_text('role') }} as crew_role,
    {{ clean_text('name') }} as crew_name
  from {{ source('letterboxd', 'crew') }}

)

select distinct
  movie_id,
  crew_role,
  crew_name
from cleaned
where movie_id in (select movie_id from {{ ref('stg_movies') }})
