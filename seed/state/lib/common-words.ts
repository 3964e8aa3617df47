/**
 * Everyday English words of at most five letters. One of them alone says nothing about what a person wants: a skill
 * that triggers on `test` would ride along on most turns. Names of tools (`git`, `npm`, `sql`) are not here on purpose.
 */
export const commonWords: ReadonlySet<string> = new Set(
  `
  a able about above act actor add admit adult after again age agent agree ahead aid aim air alarm alert alike alive all
  allow alone along also alter among amid and anger angle ankle annoy any apart apply are area argue arm army art as ask
  aside asset at avoid await aware away awful baby back bad bag ball band bank bar base basic batch bath be beach bean bear
  beat been beer begin being below bench best bet big bike bill bind bird birth bit black blame blank blind block blood
  blow blue board boat body bolt bond bone book boot born both box boy brain brand bread break brick brief bring broad
  brown brush build built bulk burn bus busy but buy by cable cache cake call calm camp can card care carry case cash cast
  cat catch cause cell chain chair chart chase chat cheap check chief child chip civil claim class clean clear click climb
  clock clone close cloth cloud club coach coal coast coat code coin cold color come cook cool copy core cost could count
  court cover crack crash cream crew crime cross crowd cry cup cure cut cycle daily damp dance dark dash data date day dead
  deal dear death debt deep delay deny depth desk diet dig dirty disk do does dog doing done door doubt down draft drag
  draw dream dress drill drink drive drop dry due dull dump dust duty dying each early earn earth ease east easy eat edge
  edit eight else empty end enemy enjoy enter entry equal error essay even event ever every exact exit extra eye face fact
  fail faint fair faith fall false far farm fast fat fate fault fear feed feel fetch few field fifth fight file fill film
  final find fine fire firm first fish fit five fix flag flash flat floor flow fly focus fold folk food foot for force fork
  form forth found four frame free fresh from front fruit fuel full fun fund funny game gap gas gate gave get giant gift
  girl give given glad glass go goal goes going gold gone good got grab grade grain grand grant graph grass gray great
  green grid gross group grow grown guard guess guest guide gun had hair half hall hand hang happy hard has hat hate have
  he head hear heart heat heavy held hello help hence her here hero hey hi hide high hill him hint hire his hit hold hole
  home hook hope horse host hot hotel hour house how huge human hurry hurt i ice idea ideal if image in index inner input
  into issue it item its job join joint joke judge juice jump just keen keep key kick kid kill kind king knee knew know
  known label lack lady lake land lane large last late later laugh law lay layer lazy lead leaf learn least leave left leg
  legal lend less let level lie life lift light like limit line link list live load loan local lock log logic long look
  loop loose lose loss lost lot loud love low lower loyal luck lucky lunch made magic mail main major make male man many
  map march mark mass match may maybe me meal mean meant meat media meet menu mercy merge merit mess metal meter might mile
  milk mind mine minor minus miss mix mode model money month mood moon moral more most mount mouse mouth move movie much
  mud music must my nail naked name near neat neck need nerve net never new news next nice night nine no noble node noise
  none noon nor north nose not note noted novel now null nurse oak obey ocean odd of off offer often oh oil ok okay old on
  once one only onto open or order other ought our out outer over owe own owner pace pack page paid pain paint pair panel
  panic paper park part party pass past patch path pause pay peace peak pen per phase phone photo piano pick piece pile
  pilot pin pink pipe pitch place plain plan plane plant plate play plot plug plus point pole pond pool poor port pose post
  pound power press price pride prime print prior prize probe proof proud prove pull pure push put queen query queue quick
  quiet quit quite quote race rain raise ran range rank rapid rare rate ratio raw reach react read ready real refer reply
  reset rest rich ride right ring rise risk river road rock role roll roof room root rope rough round route row rude rule
  run rural rush sad safe said sail sake sale salt same sand save saw say scale scan scene scope score sea seat see seed
  seek seem seen self sell send sense sent serve set setup seven shall shape share sharp she sheet shelf shell shift ship
  shirt shock shoe shoot shop short shot shout show shut sick side sight sign silly since sing site six size skill skin sky
  sleep slide slip slow small smart smell smile smoke snow so soft soil sold solid solve some son song soon sorry sort soul
  sound south space spare speak speed spell spend spent split spoke sport spot staff stage stamp stand star stare start
  state stay steal steel step stick still stock stone stood stop store storm story stuff style such suit sum sun super sure
  swap sweet swim swing sync table tag take taken tale talk tall tank tap tape task taste tax tea teach team tear tell ten
  tend term test text than thank that the their them then there these they thick thin thing think third this those three
  throw thus tidy tie tight time tiny tip tire tired title to today toe told tone too tool tooth top topic total touch
  tough tour tower town trace track trade trail train trap treat tree trend trial trick trip true trust truth try tube tune
  turn twice twin two type ugly uncle under undo union unit until up upon upper upset urban urge us usage use used user
  usual value vast very via video view visit vital voice vote wage wait wake walk wall want war warm warn was wash waste
  watch water wave way we weak wear week well went were west wet what wheel when where which while white who whole whom
  whose why wide wife wild will win wind wine wing wipe wire wise wish with woman won wood word wore work world worry worse
  worst worth would wound wrap write wrong wrote yard yeah year yes yet you young your youth zero zone
  `
    .trim()
    .split(/\s+/),
);

/** Whether a phrase is one everyday word of five letters or fewer, in any case: too broad to be a trigger. */
export function isBareCommonWord(phrase: string): boolean {
  const word = phrase.trim().toLowerCase();
  return word.length <= 5 && commonWords.has(word);
}
