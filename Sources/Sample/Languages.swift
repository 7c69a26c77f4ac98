/// The 192 names of languages, those most spoken in films first. Three hold a no-break space.
enum Languages {
  static let names = """
    English|French|Spanish|German|Japanese|No spoken language|Portuguese|Italian|Chinese|Russian|Korean|Hindi|Swedish|\
    Dutch|Turkish|Arabic|Polish|Tagalog|Cantonese|Danish|Czech|Persian\u{00A0}(Farsi)|Greek\u{00A0}(modern)|Norwegian|\
    Hungarian|Finnish|Tamil|Telugu|Hebrew\u{00A0}(modern)|Malayalam|Bengali, Bangla|Thai|Indonesian|Romanian|Ukrainian|\
    Serbian|Croatian|Catalan|Bulgarian|Vietnamese|Marathi (Marāṭhī)|Kannada|Slovak|Slovene|Estonian|Georgian|\
    Eastern Punjabi, Eastern Panjabi|Lithuanian|Latvian|Icelandic|Basque|Malay|Urdu|Serbo-Croatian|Bosnian|Armenian|\
    Albanian|Macedonian|Galician|Yiddish|Latin|Irish|Welsh|Afrikaans|Kazakh|Azerbaijani|Kurdish|Mongolian|Swahili|Wolof|\
    Amharic|Zulu|Yoruba|Hausa|Igbo|Somali|Nepali|Sinhalese, Sinhala|Khmer|Lao|Burmese|Tibetan Standard, Tibetan, Central|\
    Uzbek|Tajik|Turkmen|Kyrgyz|Pashto, Pushto|Quechua|Guaraní|Aymara|Esperanto|Northern Sami|Scottish Gaelic, Gaelic|\
    Breton|Maltese|Luxembourgish, Letzeburgesch|Belarusian|Moldavian|Faroese|Corsican|Occitan|Sardinian|Romansh|\
    Western Frisian|Walloon|Limburgish, Limburgan, Limburger|Cornish|Manx|Abkhaz|Afar|Akan|Aragonese|Assamese|Avaric|\
    Avestan|Bambara|Bashkir|Bihari|Bislama|Chamorro|Chechen|Chichewa, Chewa, Nyanja|Chuvash|Cree|\
    Divehi, Dhivehi, Maldivian|Dzongkha|Ewe|Fijian|Fula, Fulah, Pulaar, Pular|Ganda|Gujarati|Haitian, Haitian Creole|\
    Herero|Hiri Motu|Ido|Interlingua|Interlingue|Inuktitut|Inupiaq|Javanese|Kalaallisut, Greenlandic|Kanuri|Kashmiri|\
    Kikuyu, Gikuyu|Kinyarwanda|Kirundi|Komi|Kongo|Kwanyama, Kuanyama|Lingala|Luba-Katanga|Malagasy|Marshallese|Māori|\
    Nauruan|Navajo, Navaho|Ndonga|Northern Ndebele|Norwegian Bokmål|Norwegian Nynorsk|Nuosu|Ojibwe, Ojibwa|\
    Old Church Slavonic|Oriya|Oromo|Ossetian, Ossetic|Pāli|Samoan|Sango|Sanskrit (Saṁskṛta)|Shona|Sindhi|\
    Southern Ndebele|Southern Sotho|Sundanese|Swati|Tahitian|Tatar|Tigrinya|Tonga (Tonga Islands)|Tsonga|Tswana|Twi|\
    Uyghur|Venda|Volapük|Xhosa|Zhuang, Chuang|Tok Pisin|Mapudungun|Rusyn|Mandarin
    """
}
