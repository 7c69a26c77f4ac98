/// The syllables and words that names of people and places are made of.
enum NameParts {
  static let firstStarts = """
    A Al An Ar Ba Be Bel Bo Bri Ca Car Ce Chi Co Cor Da Dan De Del Do Dor E El Em Er Fa Fe Fer Fi Flo Ga Ge Gi \
    Gre Ha He Hel I Il In Ja Jo Jor Ju Ka Kar Ke Ki La Le Leo Li Lo Lu Ma Mar Me Mi Mo Na Ne Ni No O Ol Os Pa Pe \
    Phi Ra Re Ro Ru Sa Se Si So Ste Su Ta Te Ti To U Va Ve Vi Wa Wi Ya Yu Za Zo
    """

  static let firstEnds = """
    bert cia da dan dela der dia dine do dra el ela elle en ena ero eth fina gan gar ian ias ica iel ille in ina \
    ine io is isa ka ko la las lene len leo lia lian line lio lo lyn ma man mas mer mia mina mon na nah nard nata \
    ne nea nelle ney ni nia nie no nora ny ra ran rella ren ria rian rick rina ris ro ron ry sa sander sha sia son \
    stan ta tan tha tia tin to tor tte va van via vin wen xa ya za
    """

  static let lastStarts = """
    Ab Ack Ald Alm Am And Ar Ash Bal Ban Bar Bas Beck Bel Ben Ber Bir Bjor Bla Bor Bra Bre Bro Bru Bur Cal Cam Can \
    Car Cas Cha Cla Col Con Cor Cra Cro Cul Dal Dar Dav Del Dem Der Do Dra Dun Dur Ed El Em Er Es Eve Fal Far Fer \
    Fin Fitz Fon Fra Fre Gal Gar Gil Gla Gor Gra Gre Gro Gul Had Hal Ham Har Has Haw Hel Hen Her Hil Hol Hor Hur \
    Ib Iv Jak Jan Jen Jor Kal Kam Kar Kas Ken Ker Kil Kir Kla Kol Kor Kra Kro Kul Lam Lan Lar Las Lau Leb Len Lin \
    Lo Lun Mac Mal Man Mar Mas May Mel Mer Mil Mol Mon Mor Mul Mur Nad Nak Nas Nel Nor Nov Ol Or Os Pal Par Pas \
    Pel Per Pet Pin Pol Por Pra Pru Qui Rad Ram Ran Ras Red Ren Ric Rin Rob Rod Rol Ros Row Rud Sal San Sar Sch Sel \
    Ser Sha Sil Sim Sla Sol Sor Spe Sta Ste Sto Stra Sul Sun Tal Tan Tar Tel Tho Tor Tra Tul Ull Ur Val Van Var \
    Vas Vel Ver Vil Vol Wal War Was Wei Wel Wes Whit Wil Win Wol Yam Yar Zab Zam Zel Zim
    """

  static let lastEnds = """
    a acek ada ado aki al ama ami an ano ar ard ari as atti beck bert bridge burn by chek cott dal dano de den der \
    deau dez di din do dorf du eau ecki eda egan el ell elli elly en enko er eri ero es escu esi et ez feld field \
    ford ga ger ghi gren gton ham hardt i ia ic ich ida ik ila ilo in ina ing ini ino inski io is itz ka kamp ke ki \
    kin ko ková kowski lan land lander las le ler ley li lin ling lo low lund ly man mann mer mond monte more moto \
    mura na nan ner nes ney ni no now o ola olo on one oni or os osa ov ova over ovic owe qvist ra ran rath re rell \
    ren rez ri rick ridge rini ris ro ros row ry sa scu sen sey shi si sky son stad stein sten stone strom su t ta \
    tani te ter ti to ton tor tt tz ura va van vas vic ville vin vist wall ward way well wick witz wood worth y ya \
    yama yan z za zano zi zo
    """

  static let accentedEnds = """
    é ès ñez ão ães ção ić ová ský ů ö öm åd ström ünther ž š łowski őcs ì ú ídez ólfsson úlfur ğlu şen çay ıç ž ēns
    """

  static let cyrillicFirst = """
    Але Бо Ва Ве Ви Вла Га Гри Да Ди Дми Ев Ека Еле Ива Иго Ири Ки Ко Ла Ли Лю Ма Ми На Ни Ок Оль Па Пё Ро Рус Све \
    Се Софи Ста Та Ти Фё Юл Яна
    """

  static let cyrillicFirstEnds = """
    ксей рис дим ра ктор димир лина горий рья трий гений терина на нов рь на рилл нстантин риса дия дмила рина хаил талья кита сана га вел тр ман лан тлана ргей я нислав тьяна мофей дор ия
    """

  static let cyrillicLast = """
    Абра Бел Бог Бори Бул Вас Вол Вор Гав Гол Гор Гри Гу Дан Дмит Дол Его Ер Жда Жу Зай Зо Ив Иса Каз Кал Кар Ки \
    Ков Коз Кол Кор Кра Кры Куз Ла Ле Ло Мак Мал Мар Мат Мед Мель Мол Мор Наз Ник Нов Орл Ос Пав Пет Пол Поп Прох \
    Род Ром Руд Сав Сем Сид Смир Сок Сол Ста Сте Тар Тих Тро Ту Уша Фёд Фил Хар Цве Чер Шап Шев Щер Яко
    """

  static let cyrillicLastEnds = """
    анов ова ев ева енко ин ина ский ская ук ов ёв чук ченко кин кина овский онов еев ицкий
    """

  static let hangul = """
    가 강 건 경 고 관 광 구 국 권 규 근 기 길 김 나 남 노 다 단 달 대 도 동 라 람 류 린 림 마 만 명 모 문 미 민 박 배 백 \
    범 별 보 봄 빈 사 산 상 새 서 석 선 설 성 세 소 솔 송 수 숙 순 승 시 신 아 안 양 여 연 영 예 오 옥 완 용 우 원 유 윤 \
    은 이 인 일 임 자 장 재 전 정 조 종 주 준 지 진 차 찬 창 채 천 철 초 최 춘 태 하 학 한 해 향 현 형 혜 호 홍 화 환 효 희
    """

  static let kanji = """
    山 川 田 村 中 木 林 森 水 石 原 野 上 下 小 大 高 松 竹 梅 花 月 星 空 海 島 波 風 雨 雪 雲 光 明 春 夏 秋 冬 朝 夜 夢 \
    心 愛 友 美 和 平 正 真 一 二 三 千 東 西 南 北 京 城 門 橋 道 路 町 里 池 谷 岡 坂 井 口 手 目 耳 子 女 男 人 王 玉 金 \
    銀 鉄 火 土 天 地 日 龍 虎 馬 鳥 魚 犬 猫 鶴 亀 白 黒 赤 青 紅 緑 古 新 長 安 清 文 武 国 家 年 時 物 語 歌 声 音 色 影
    """

  static let kana = """
    あ い う え お か き く け こ さ し す せ そ た ち つ て と な に ぬ ね の は ひ ふ へ ほ ま み む も や ゆ よ ら り る れ ろ わ ん \
    ア イ ウ エ オ カ キ ク コ サ シ ス セ タ チ ツ ト ナ ニ ノ ハ ヒ フ ホ マ ミ ム メ ラ リ ル レ ロ ン ー
    """

  static let placeEnds = """
    bay bergen borough brook bury by castle chester city cliff creek dale dorf falls field ford gate grad grove \
    hampton haven heim hill holm home hurst ia ingen lake land ley mere minster mont mouth pool port rock shire \
    side stad stead stow thorpe ton town vale view ville wick wood worth
    """
}
