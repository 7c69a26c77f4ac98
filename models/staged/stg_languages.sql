with cleaned as (

  select
    id as movie_id,
    {{ clean_text('type') }} as language_type,
    {{ clean_label('language') }} as language
  from {{ source('letterboxd', 'languages') }}

)

select distinct
  movie_id,
  language_type,
  language,
  language_type in ('Language', 'Primary language') as is_main_language
from cleaned
where movie_id in (select movie_id from {{ ref('stg_movies') }})
