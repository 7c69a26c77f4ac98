with cleaned as (

  select
    id as movie_id,
    {{ clean_text('country') }} as country,
    date as release_date,
    {{ clean_text('type') }} as release_type,
    {{ clean_text('rating') }} as certificate
  from {{ source('letterboxd', 'releases') }}

)

select distinct
  movie_id,
  country,
  release_date,
  release_type,
  certificate
from cleaned
where movie_id in (select movie_id from {{ ref('stg_movies') }})
