with cleaned as (

  select
    id as movie_id,
    {{ clean_text('genre') }} as genre
  from {{ source('letterboxd', 'genres') }}

)

select distinct
  movie_id,
  genre
from cleaned
where movie_id in (select movie_id from {{ ref('stg_movies') }})
