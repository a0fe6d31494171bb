import type { Random } from './random.js';

type Words = readonly [string, ...string[]];

interface Department {
  category: string;
  /** what it is, in Chinese and in English */
  noun: readonly [chinese: string, english: string];
  /** [Chinese name, English name] of each brand, with its model lines */
  brands: readonly [Brand, ...Brand[]];
  variants: Words;
  tags: Words;
  /** in the minor unit of CNY */
  price: readonly [least: number, most: number];
}
type Brand = readonly [chinese: string, english: string, ...models: string[]];

const COLOURS: Words = ['黑色', '白色', '蓝色', 'red', 'green', 'silver'];

const DEPARTMENTS: readonly [Department, ...Department[]] = [
  {
    category: 'phones',
    noun: ['手机', 'phone'],
    brands: [
      ['苹果', 'Apple', 'iPhone 15', 'iPhone 16', 'iPhone 16 Pro', 'iPhone 17', 'iPhone SE'],
      ['华为', 'Huawei', 'Mate 60', 'Mate 70 Pro', 'Pura 70', 'nova 13'],
      ['小米', 'Xiaomi', '14 Ultra', '15', 'Redmi K80', 'Redmi Note 14'],
      ['三星', 'Samsung', 'Galaxy S25', 'Galaxy A56', 'Galaxy Z Flip'],
    ],
    variants: ['128GB', '256GB', '512GB', '1TB'],
    tags: ['5G', '智能', 'dual-sim', 'new'],
    price: [99900, 1299900],
  },
  {
    category: 'accessories',
    noun: ['手机壳', 'phone case'],
    brands: [
      ['苹果', 'Apple', 'Silicone', 'Clear'],
      ['倍思', 'Baseus', 'Slim', 'Armor'],
      ['绿联', 'Ugreen', 'Magnetic', 'Matte'],
    ],
    variants: COLOURS,
    tags: ['gift', '防摔', 'slim'],
    price: [1900, 39900],
  },
  {
    category: 'computers',
    noun: ['笔记本电脑', 'laptop'],
    brands: [
      ['苹果', 'Apple', 'MacBook Air', 'MacBook Pro'],
      ['联想', 'Lenovo', 'ThinkPad X1', 'Yoga 9', 'Legion 5'],
      ['戴尔', 'Dell', 'XPS 13', 'Inspiron 15'],
    ],
    variants: ['16GB', '32GB', '64GB'],
    tags: ['office', '轻薄', 'gaming'],
    price: [349900, 2499900],
  },
  {
    category: 'tea',
    noun: ['茶', 'tea'],
    brands: [
      ['狮峰', 'Shifeng', '龙井 Longjing', '明前龙井'],
      ['大益', 'Dayi', '普洱 Pu’er', '熟普'],
      ['八马', 'Bama', '铁观音 Tieguanyin', '金骏眉'],
    ],
    variants: ['100 g', '250 g', '500 g', '礼盒'],
    tags: ['green', '红茶', 'gift', 'organic'],
    price: [3900, 129900],
  },
  {
    category: 'books',
    noun: ['书', 'book'],
    brands: [
      ['人民文学', 'People’s Literature', '红楼梦', '西游记', '三国演义', '水浒传'],
      ['企鹅', 'Penguin', 'Pride and Prejudice', 'Great Expectations', 'The Odyssey'],
      ['重庆', 'Chongqing', '三体', '流浪地球', '球状闪电'],
    ],
    variants: ['精装', 'paperback', '插图版', 'hardcover'],
    tags: ['经典', 'fiction', 'bestseller'],
    price: [1800, 29900],
  },
  {
    category: 'kitchen',
    noun: ['电饭煲', 'rice cooker'],
    brands: [
      ['美的', 'Midea', 'Easy', 'Pro IH'],
      ['苏泊尔', 'Supor', 'Ball Kettle', 'Mini'],
      ['松下', 'Panasonic', 'SR', 'Dance'],
    ],
    variants: ['1.8 L', '3 L', '5 L'],
    tags: ['家电', 'family', 'smart'],
    price: [14900, 299900],
  },
  {
    category: 'fruit',
    noun: ['苹果', 'apples'],
    brands: [
      ['烟台', 'Yantai', '红富士 Fuji', '嘎啦 Gala'],
      ['洛川', 'Luochuan', '红富士 Fuji', '秦冠'],
    ],
    variants: ['1 kg', '2.5 kg', '5 kg'],
    tags: ['生鲜', 'fresh', 'organic'],
    price: [990, 12900],
  },
  {
    category: 'sports',
    noun: ['跑鞋', 'running shoes'],
    brands: [
      ['李宁', 'Li-Ning', '飞电', '赤兔', '越影'],
      ['安踏', 'Anta', 'C202', 'Mach'],
      ['耐克', 'Nike', 'Pegasus', 'Vomero'],
    ],
    variants: ['39', '40', '41', '42', '43', '44'],
    tags: ['outdoor', '马拉松', 'light'],
    price: [19900, 159900],
  },
  {
    category: 'audio',
    noun: ['耳机', 'headphones'],
    brands: [
      ['索尼', 'Sony', 'WH-1000XM6', 'LinkBuds'],
      ['苹果', 'Apple', 'AirPods Pro', 'AirPods Max'],
      ['漫步者', 'Edifier', 'W820', 'NeoBuds'],
    ],
    variants: COLOURS,
    tags: ['wireless', '降噪', 'studio'],
    price: [9900, 429900],
  },
];

interface Article {
  name: string;
  category: string;
  brand: string;
  tags: string[];
  description: string;
  /** in the minor unit of CNY */
  price: number;
}

export function drawArticle(random: Random): Article {
  const department = random.pick(DEPARTMENTS);
  const [chineseBrand, englishBrand, ...models] = random.pick(department.brands);
  const chinese = random.chance(0.6);
  const [chineseNoun, englishNoun] = department.noun;
  const brand = chinese ? chineseBrand : englishBrand;
  const model = models[random.between(0, models.length - 1)] ?? brand;
  const variant = random.pick(department.variants);
  const name = chinese ? `${brand}${chineseNoun} ${model} ${variant}` : `${brand} ${model} ${englishNoun} ${variant}`;
  const [least, most] = department.price;
  // Cheap articles are more common than dear ones, and prices look like prices.
  const price = Math.max(least, Math.round((least + (most - least) * random.next() ** 2) / 100) * 100 - 10);
  return {
    name,
    category: department.category,
    brand,
    tags: [...new Set([random.pick(department.tags), random.pick(department.tags)])],
    description: chinese
      ? `${brand}正品${chineseNoun}，全国联保，七天无理由退换。`
      : `Genuine ${brand} ${englishNoun}, 7-day returns.`,
    price,
  };
}
