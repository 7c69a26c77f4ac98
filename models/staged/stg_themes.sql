with cleaned as (

  select
    id as movie_id,
    {{ clean_text('theme') }} as theme
  from {{ source('letterboxd', 'themes') }}

)

select distinct
  movie_id,
  theme
from cleaned
where movie_id in (select movie_id from {{ ref('stg_movies') }})
