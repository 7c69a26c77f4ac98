/// The 247 names of countries, those that make the most films first.
enum Countries {
  static let names = """
    USA|France|UK|Germany|Japan|Canada|India|Italy|Spain|Brazil|Mexico|China|Russian Federation|Australia|Sweden|\
    South Korea|Argentina|Netherlands|USSR|Belgium|Hong Kong|Denmark|Switzerland|Poland|Philippines|Austria|Portugal|\
    Turkey|Finland|Norway|Greece|Chile|Czechia|Hungary|Taiwan|Iran|Ireland|Israel|Indonesia|Egypt|Thailand|Romania|\
    Colombia|South Africa|Czechoslovakia|Yugoslavia|New Zealand|Ukraine|Bulgaria|Cuba|East Germany|Croatia|Serbia|\
    Malaysia|Peru|Iceland|Lebanon|Estonia|Singapore|Venezuela|Vietnam|Pakistan|Bangladesh|Slovenia|Slovakia|Lithuania|\
    Latvia|Uruguay|Morocco|Tunisia|Algeria|Georgia|Kazakhstan|Luxembourg|Nigeria|Sri Lanka|Ecuador|Bolivia|Puerto Rico|\
    United Arab Emirates|Qatar|Saudi Arabia|State of Palestine|Iraq|Syrian Arab Republic|Jordan|Kuwait|Armenia|\
    Azerbaijan|Belarus|Moldova|Albania|North Macedonia|Bosnia and Herzegovina|Montenegro|Kosovo|Cyprus|Malta|Monaco|\
    Liechtenstein|Andorra|San Marino|Holy See|Serbia and Montenegro|Afghanistan|American Samoa|Angola|Anguilla|\
    Antarctica|Antigua and Barbuda|Aruba|Bahamas|Bahrain|Barbados|Belize|Benin|Bermuda|Bhutan|\
    Bonaire, Sint Eustatius and Saba|Botswana|British Virgin Islands|\
    Brunei Darussalam|Burkina Faso|Burundi|Cambodia|Cameroon|Cape Verde|Cayman Islands|Central African Republic|\
    Chad|Christmas Island|Cocos (Keeling) Islands|Comoros|Congo|Cook Islands|Costa Rica|Curaçao|Côte d'Ivoire|\
    Democratic Republic of Congo|Djibouti|Dominica|Dominican Republic|El Salvador|Equatorial Guinea|Eritrea|Eswatini|\
    Ethiopia|Falkland Islands|Faroe Islands|Fiji|French Guiana|French Polynesia|Gabon|\
    Gambia|Ghana|Gibraltar|Greenland|Grenada|Guadeloupe|Guam|Guatemala|Guernsey|Guinea|Guinea-Bissau|Guyana|Haiti|\
    Honduras|Isle of Man|Jamaica|Jersey|Kenya|Kiribati|Kyrgyzstan|Laos|Lesotho|\
    Liberia|Libya|Macao|Madagascar|Malawi|Maldives|Mali|Marshall Islands|Martinique|Mauritania|Mauritius|Mayotte|\
    Micronesia|Mongolia|Montserrat|Mozambique|Myanmar|Namibia|Nauru|Nepal|New Caledonia|Nicaragua|Niger|Niue|\
    North Korea|Northern Mariana Islands|Oman|Palau|Panama|Papua New Guinea|Paraguay|Rwanda|\
    Réunion|Saint Barthélemy|Saint Helena|Saint Kitts and Nevis|Saint Lucia|Saint Martin|Saint Pierre and Miquelon|\
    Saint Vincent and the Grenadines|Samoa|Sao Tome and Principe|Senegal|Seychelles|Sierra Leone|Sint Maarten|\
    Solomon Islands|Somalia|South Sudan|Sudan|Suriname|\
    Svalbard and Jan Mayen|Tajikistan|Tanzania|Timor-Leste|Togo|Tonga|Trinidad and Tobago|Turkmenistan|\
    Turks and Caicos Islands|Tuvalu|US Virgin Islands|Uganda|Uzbekistan|Vanuatu|Wallis and Futuna|Western Sahara|Yemen|\
    Zaire|Zambia|Zimbabwe|Åland Islands
    """
}
