with cleaned as (

  select
    id as movie_id,
    {{ clean_text('studio') }} as studio
  from {{ source('letterboxd', 'studios') }}

)

select distinct
  movie_id,
  studio
from cleaned
where movie_id in (select movie_id from {{ ref('stg_movies') }})
