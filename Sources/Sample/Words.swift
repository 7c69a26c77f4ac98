/// The words that titles, taglines and descriptions are made of.
enum Words {
  static let nouns = """
    anchor apple apron archive arrow atlas attic autumn bakery ballroom bank barn barrel basement basket bay \
    beacon bell bicycle birch bird blanket boat bonfire book border bottle boulder box branch bread bridge \
    broom bucket bus cabin cactus cage cake camera canal candle canyon caravan carousel carpet cart castle \
    cathedral cave cellar chair chapel chest chimney circus city clay cliff clock cloud coast coat coin comet \
    compass convoy copper corner corridor cottage cotton court cradle crane crater creek cricket crossing \
    crow crown curtain dam dance dawn deck deer desert diary dinner dock dog door dove dragon dream drum \
    duel dune dust eagle echo eclipse elevator ember engine envelope evening factory falcon farm feast feather \
    fence ferry festival field fig fire fjord flag flood flower flute fog forest fork fortress fountain fox \
    frost funeral furnace galaxy gallery garden garage gate ghost giant glacier glass glove goat grape grove \
    guitar hammer harbor harvest hat hawk heart hedge helmet heron hill honey horizon horse hospital hotel \
    hour house hunger hunter ice inn ink iron island ivory jacket jar jewel journey jungle kettle key kingdom \
    kitchen kite knife labyrinth ladder lagoon lake lamp lantern laundry lemon letter library lift lighthouse \
    lily lion lock locket lottery lullaby machine magnet mansion map maple market marsh mask meadow medal \
    melody memory mill mine mirror monsoon monument moon morning motel moth motor mountain mule museum needle \
    nest net night notebook number oak oasis observatory ocean office olive opera orchard orchestra organ \
    outpost oven owl oyster paddle pact painting palace palm paper parade park parrot party passage pasture \
    path peach pearl pebble pencil phone photograph piano pier pillow pilot pipe plague plain planet platform \
    poem pond porch port portrait postcard potato promise puppet quarry quilt rabbit radio raft railway rain \
    raven recipe reef refuge ribbon rice ridge rifle ring river road robot rocket roof room rooster rope rose \
    ruin saddle sail salt sand satellite scar scarecrow school scissors sea season secret seed shadow shell \
    shelter ship shoe shore shovel shrine signal silence silk silver sister sky sled snow soldier song spark \
    sparrow spell spider spring squid staircase star station statue steam stone storm stranger street studio \
    submarine sugar suitcase summer sun swamp swan sword symphony table tailor tango tape tavern teacher \
    telegram temple tent theater thief thorn throne thunder ticket tide tiger timber tomb tower town toy trail \
    train treasure tree trial tunnel turtle umbrella uniform valley vase vault village vineyard violin voyage \
    wagon wall waltz watch water waterfall wave wedding well whale wheel whisper wind window wine winter witness \
    wolf wound yard year zeppelin
    """

  static let adjectives = """
    abandoned ageless amber ancient angry anxious ashen awkward bankrupt bare barefoot bitter black blind blue \
    bold borrowed brass brave brief bright brittle broken bronze burning busy calm careful careless charming \
    cheerful clever clumsy cold colossal cracked crimson crooked crowded cruel curious damp dark daring \
    deaf dear decent deep defiant delicate desperate devoted dim distant divided double doubtful drifting \
    drowned dry dusty eager early eastern electric elegant empty endless eternal exhausted exiled faded fair \
    faithful false famous fearless feral final first flat foolish forbidden foreign forgotten fragile free \
    frozen furious gentle gifted gilded glad golden graceful grand grateful gray greedy green grim half happy \
    hard haunted heavy hidden high hollow homeless honest humble hungry idle impossible infinite innocent \
    invisible iron jealous jolly kind large last late lazy lonely long lost loud loyal lucky lunar mad magnetic \
    married mellow merry mild modest mute mysterious naked narrow nervous new nimble noble northern obsolete \
    odd old open orphaned pale paper patient perfect plain playful polite poor precious private proud quiet \
    ragged rainy rare reckless red remote restless retired rich ripe rival rolling rough round royal rural \
    rusty sacred sad savage scarlet second secret seventh shallow sharp shy silent silver simple single sleepless \
    slow small smiling solemn southern spare stained starving steady stolen strange strict stubborn sudden \
    sunken sweet swift tall tame tender thin third thirsty timid tiny tired tough tranquil troubled twin \
    uncertain uneasy unfinished unlikely unseen upright urban useless vacant vain velvet violent warm wary weary \
    western white wicked widowed wild wise wooden worn young yellow
    """

  static let verbs = """
    abandons accepts admires adopts answers arrests avoids befriends betrays blames borrows breaks builds \
    buries buys calls carries catches challenges changes chases chooses claims comforts confronts copies \
    counts crosses cures deceives defends defies deserts destroys discovers distrusts draws drives earns \
    embraces enters escapes exposes fears feeds fights films finds follows forges forgets forgives founds frees \
    gambles guards guides hears helps hides hires hunts ignores imagines inherits interviews invents invites \
    joins judges keeps kidnaps kisses knows leads leaves loses loves marries meets mends misses moves murders \
    needs nurses observes obeys offers opens outruns outwits owes paints pardons photographs plans plays \
    poisons praises promises protects pursues questions quits raises reads rebuilds recalls records refuses \
    remembers repairs replaces rescues resists returns revisits risks robs ruins saves searches seduces seeks \
    sells sends shelters shoots sings sketches solves steals studies suspects takes teaches tests tracks trades \
    trains trusts unmasks visits waits warns watches weds wins writes
    """

  static let people = """
    accountant acrobat actor actress admiral alchemist ambassador apprentice archaeologist architect astronaut \
    athlete aunt baker ballerina banker barber bartender beekeeper blacksmith bookseller botanist boxer bride \
    brother burglar butcher butler candidate captain carpenter cartographer cellist chauffeur chef chemist \
    child clerk clown coach collector colonel comedian composer conductor constable cook couple courier cousin \
    cowboy critic daughter dentist deputy detective diplomat director diver doctor doorman dressmaker drifter \
    drummer duchess editor electrician emperor engineer exile explorer farmer father ferryman fisherman forger \
    gambler gardener gatekeeper general geologist girl governess governor grandfather grandmother guard guide \
    hairdresser hermit hitchhiker hostess housekeeper husband immigrant informer inspector inventor jockey \
    journalist judge juggler king landlady landlord lawyer librarian lieutenant lifeguard locksmith magician \
    maid mayor mechanic mercenary merchant midwife miner minister mother musician neighbor nephew niece novelist \
    nun nurse officer orphan outlaw painter philosopher photographer physicist pianist pickpocket pilot pirate \
    plumber poet policeman postman preacher priest prince princess prisoner professor prophet puppeteer queen \
    recluse refugee reporter runaway sailor salesman schoolteacher scientist sculptor senator sergeant servant \
    shepherd sheriff shopkeeper singer sister smuggler son spy stepmother student surgeon swimmer tailor taxidermist \
    teacher teenager thief trader traveler trumpeter tutor twin uncle violinist waiter waitress warden widow \
    wife witch woman woodcutter writer
    """

  static let abstracts = """
    ambition anger beauty betrayal blame bravery chance change chaos charity childhood comfort conscience courage \
    danger death debt deceit defeat desire despair destiny devotion dignity doubt duty envy exile failure faith \
    fame family fate fear fidelity folly forgiveness fortune freedom friendship glory greed grief guilt happiness \
    hate honesty honor hope humor hunger identity illness innocence jealousy joy justice kindness language laughter \
    law liberty loneliness loss love loyalty luck luxury madness marriage memory mercy mischief money mourning music \
    nostalgia obedience obsession passion patience peace pity pleasure poverty power pride prison \
    progress prosperity rage reason regret religion revenge romance sacrifice scandal science shame silence sleep \
    solitude sorrow success superstition survival suspicion temptation time trust truth vanity victory violence war \
    wealth wisdom wonder work youth
    """

  static let prepositions = """
    above across after against along among around at before behind below beneath beside between beyond by despite \
    during for from in inside into near off on outside over past through toward under until with within without
    """

  static let adverbs = """
    again alone already always apart away barely briefly bravely calmly carefully certainly clearly closely coldly \
    directly early easily endlessly eventually finally forever fully gently gladly gradually happily hardly honestly \
    instead later nearly never nobly often once openly partly patiently perhaps proudly quickly quietly rarely \
    recklessly reluctantly secretly seldom silently slowly softly somehow soon steadily strangely suddenly tenderly \
    together twice willingly wildly
    """

  static let companies = """
    Pictures|Films|Productions|Film Productions|Entertainment|Studios|Cinema|Media|Features|Filmworks|Movies|\
    Film Company|Picture Corporation|Television|Broadcasting|Animation|Arts|Motion Pictures|Creative|Collective|\
    Visual|Video|Documentaries|Film Group|International
    """
}
